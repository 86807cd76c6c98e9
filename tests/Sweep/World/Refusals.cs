using Runbooks.Temporal.Exceptions;

namespace Runbooks.Tests.Sweep.World;

/// <summary>How sites say no, and how the network loses what they said.</summary>
internal static class Refusals
{
    public const string Code = "RB-TEST-001";

    /// <summary>Not tried again by the engine, as real refusals are.</summary>
    public static ApplicationFailureException Of(string text) => new(text, Code, nonRetryable: true);

    /// <summary>The effect took place and nobody heard of it: delivered again at once.</summary>
    public static ApplicationFailureException LostResult() =>
        new("the answer was lost", "lost", nonRetryable: false, nextRetryDelay: TimeSpan.FromMilliseconds(1));
}
