namespace Runbooks.Temporal.Activities;

/// <summary>Marks a method as an activity.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class ActivityAttribute : Attribute
{
    /// <summary>Names the activity by its method, without a trailing <c>Async</c>.</summary>
    public ActivityAttribute()
    {
    }

    /// <summary>Names the activity explicitly.</summary>
    /// <param name="name">Activity type name.</param>
    public ActivityAttribute(string name) => Name = name;

    /// <summary>Activity type name. Default: null, the method name.</summary>
    public string? Name { get; }

    /// <summary>True for the activity that takes every unknown type; it takes <c>IRawValue[]</c>.</summary>
    public bool Dynamic { get; set; }
}
