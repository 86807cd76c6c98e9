using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication;

/// <summary>One step of a state machine of the core, for the event stream, the metrics and the protection's workflow.</summary>
/// <param name="Subject">What moved: <c>role</c>, <c>gate</c>, <c>link</c> or <c>fault</c>.</param>
/// <param name="Peer">Which link; null unless the subject is a link.</param>
/// <param name="From">State before, kebab-case.</param>
/// <param name="To">State after, kebab-case.</param>
/// <param name="Cause">Why, a fixed kebab-case word from <see cref="Causes"/>.</param>
/// <param name="At">Monotonic time of the last tick.</param>
/// <param name="Generation">Generation at that moment.</param>
/// <param name="Exposure">Bytes the peer (or the least complete one) lacks.</param>
/// <param name="ExposedFor">Since when it lacks them; zero when it lacks none.</param>
public sealed record TransitionReport(
    string Subject,
    PeerSlot? Peer,
    string From,
    string To,
    string Cause,
    TimeSpan At,
    Generation Generation,
    ByteCount Exposure,
    TimeSpan ExposedFor);

/// <summary>Answers "how is this link now" for status pages. A copy of the core's state, safe to hand to another thread.</summary>
/// <param name="Link">State of the link.</param>
/// <param name="IsConnected">A session is open and admitted.</param>
/// <param name="IsAwaited">True when acknowledgements wait for this peer.</param>
/// <param name="Dirty">Bytes the peer is known to lack, copies on their way included; for a full copy without those
/// after the cursor.</param>
/// <param name="ExposedSince">Monotonic time since when the peer is not complete; null when it is.</param>
/// <param name="SeedCursor">Progress of the full copy.</param>
public sealed record LinkStatus(
    LinkState Link,
    bool IsConnected,
    bool IsAwaited,
    ByteCount Dirty,
    TimeSpan? ExposedSince,
    ByteOffset SeedCursor);

/// <summary>Why a transition happened. Fixed words: alerts and runbooks match on them.</summary>
public static class Causes
{
    /// <summary>The process started.</summary>
    public const string Started = "started";

    /// <summary>The peer was silent for the peer-timeout.</summary>
    public const string PeerSilent = "peer-silent";

    /// <summary>The session ended.</summary>
    public const string SessionEnded = "session-ended";

    /// <summary>The peer reported a disk error.</summary>
    public const string PeerDiskFailed = "peer-disk-failed";

    /// <summary>The peer said that it stops in order.</summary>
    public const string PeerLeft = "peer-left";

    /// <summary>The own disk failed.</summary>
    public const string LocalDiskFailed = "local-disk-failed";

    /// <summary>The arbiter granted.</summary>
    public const string Granted = "granted";

    /// <summary>The arbiter did not answer in time.</summary>
    public const string ArbiterUnreachable = "arbiter-unreachable";

    /// <summary>Every standby has just answered that it still follows this generation.</summary>
    public const string ProvenByPeers = "proven-by-peers";

    /// <summary>The policy says to go on without asking.</summary>
    public const string Policy = "policy";

    /// <summary>The peer came back and was stable.</summary>
    public const string PeerReturned = "peer-returned";

    /// <summary>Everything was sent and the arbiter knows.</summary>
    public const string CaughtUp = "caught-up";

    /// <summary>The machine started anew without an orderly close: what was not flushed may be gone.</summary>
    public const string PowerLost = "power-lost";

    /// <summary>What a power cut took was fetched back from a standby.</summary>
    public const string FetchedBack = "fetched-back";

    /// <summary>A higher generation was seen.</summary>
    public const string HigherGeneration = "higher-generation";

    /// <summary>A command.</summary>
    public const string Ordered = "ordered";

    /// <summary>The full copy reached the end.</summary>
    public const string Seeded = "seeded";

    /// <summary>Two copies were written under different generations.</summary>
    public const string Diverged = "diverged";

    /// <summary>An edge that the tables do not have was refused.</summary>
    public const string EdgeRefused = "edge-refused";
}
