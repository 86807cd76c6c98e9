using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Runbooks.Domain.Errors;

/// <summary>
/// States what must hold. A broken invariant is our bug: it is checked in all builds and never caught.
/// </summary>
public static class Invariant
{
    /// <summary>Ends with <see cref="InvariantBrokenException"/> when the condition is false.</summary>
    public static void Require(
        [DoesNotReturnIf(false)] bool condition,
        string what,
        [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
        {
            throw new InvariantBrokenException($"{what} (required: {expression})");
        }
    }
}
