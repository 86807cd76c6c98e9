using System.Diagnostics.CodeAnalysis;

namespace Runbooks.Domain.Errors;

/// <summary>A value, or the refusal that stands in its place.</summary>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, Refusal? refusal)
    {
        Value = value;
        Refusal = refusal;
    }

    /// <summary>The value; default when refused.</summary>
    public T? Value { get; }

    /// <summary>The refusal; null when there is a value.</summary>
    public Refusal? Refusal { get; }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsOk => Refusal is null;

    /// <summary>An outcome with a value.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>A refused outcome.</summary>
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    /// <summary>The value, or the refusal thrown for a boundary to translate.</summary>
    /// <exception cref="RefusalException">There is no value.</exception>
    public T Require() => IsOk ? Value : throw new RefusalException(Refusal);
}
