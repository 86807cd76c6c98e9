using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Common;

/// <summary>Name and type of a search attribute. The server must know the name with the same type.</summary>
public abstract record SearchAttributeKey
{
    internal SearchAttributeKey(string name, IndexedValueType valueType, Type nonNullableValueType)
    {
        Name = name;
        ValueType = valueType;
        NonNullableValueType = nonNullableValueType;
    }

    public string Name { get; }

    public IndexedValueType ValueType { get; }

    /// <summary>C# type of values of this key.</summary>
    public Type NonNullableValueType { get; }

    public static SearchAttributeKey<string> CreateText(string name) => new(name, IndexedValueType.Text);

    public static SearchAttributeKey<string> CreateKeyword(string name) => new(name, IndexedValueType.Keyword);

#pragma warning disable CA1720 // The official package's method names.
    public static SearchAttributeKey<long> CreateLong(string name) => new(name, IndexedValueType.Int);

    public static SearchAttributeKey<double> CreateDouble(string name) => new(name, IndexedValueType.Double);
#pragma warning restore CA1720

    public static SearchAttributeKey<bool> CreateBool(string name) => new(name, IndexedValueType.Bool);

    public static SearchAttributeKey<DateTimeOffset> CreateDateTimeOffset(string name) =>
        new(name, IndexedValueType.Datetime);

    public static SearchAttributeKey<IReadOnlyCollection<string>> CreateKeywordList(string name) =>
        new(name, IndexedValueType.KeywordList);
}

/// <summary>A key whose values have type <typeparamref name="T"/>; made by the factories of
/// <see cref="SearchAttributeKey"/>.</summary>
public record SearchAttributeKey<T> : SearchAttributeKey
{
    internal SearchAttributeKey(string name, IndexedValueType valueType)
        : base(name, valueType, typeof(T))
    {
    }

    /// <summary>An update that sets the value.</summary>
    public SearchAttributeUpdate ValueSet(T value) =>
        new(this, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>An update that removes the value.</summary>
    public SearchAttributeUpdate ValueUnset() => new(this, null);
}
