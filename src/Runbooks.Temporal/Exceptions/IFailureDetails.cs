namespace Runbooks.Temporal.Exceptions;

/// <summary>Values attached to a failure, decoded one at a time on demand.</summary>
public interface IFailureDetails
{
    /// <summary>Number of values; 0 when there are none.</summary>
    int Count { get; }

    /// <summary>The value at <paramref name="index"/>. Throws when the index is out of range or the type does not
    /// fit.</summary>
    T ElementAt<T>(int index);
}
