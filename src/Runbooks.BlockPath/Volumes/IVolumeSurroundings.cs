using Runbooks.Domain.Arbiter;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>What a volume needs from its site. Calls must return at once: they come from the owner of the volume.</summary>
public interface IVolumeSurroundings
{
    /// <summary>Asks the arbiter; the answer comes back as an event of the volume.</summary>
    void AskArbiter(Volume volume, ArbiterRequest request);

    /// <summary>The volume may be served to guests under a generation.</summary>
    void OpenExport(Volume volume, Generation generation);

    /// <summary>Guests must not reach the volume any more; fenced ones get errors.</summary>
    void CloseExport(Volume volume, bool fenced);

    /// <summary>Something happened that people and workflows want to know.</summary>
    void Report(Volume volume, TransitionReport report);

    /// <summary>A stream from this site has changed hands: the volume's links dial or stop dialling.</summary>
    void LinksChanged(Volume volume);

    /// <summary>Pins a recovery point of this volume's image as it is now; calls back when it is durable or reported as lost.</summary>
    void Pin(Volume volume, RecoveryPointReason reason, Action pinned);
}
