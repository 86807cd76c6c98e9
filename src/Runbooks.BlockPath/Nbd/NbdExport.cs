using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Nbd;

/// <summary>One name under which a target is served.</summary>
public sealed class NbdExport : IDisposable
{
    private readonly CancellationTokenSource _withdrawn = new();
    private readonly CancellationTokenSource _closed;

    /// <param name="name">Unique in its table; never empty.</param>
    /// <param name="target">Not owned: whoever made it disposes it after the export is withdrawn.</param>
    /// <param name="description">Shown in lists.</param>
    /// <param name="isReadOnly">Forbid writes even if the target could.</param>
    public NbdExport(string name, IBlockTarget target, string description = "", bool isReadOnly = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Target = target;
        _closed = CancellationTokenSource.CreateLinkedTokenSource(_withdrawn.Token, target.Closed);
        Facts = new NbdExportFacts(
            name,
            (ulong)target.Length,
            FlagsOf(target.Traits, isReadOnly),
            description,
            (uint)target.Traits.BlockSizeMin,
            (uint)target.Traits.BlockSizePreferred);
    }

    public string Name => Facts.Name;

    public IBlockTarget Target { get; }

    public NbdExportFacts Facts { get; }

    public NbdExportCounters Counters { get; } = new();

    /// <summary>Cancelled when the export is withdrawn or its target has closed itself.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Withdraws the export for good; the server does it when it is removed.</summary>
    public void Dispose()
    {
        Withdraw();
        _closed.Dispose();
        _withdrawn.Dispose();
    }

    internal void Withdraw() => _withdrawn.Cancel();

    private static NbdTransmissionFlags FlagsOf(BlockTargetTraits traits, bool isReadOnly)
    {
        bool writable = !isReadOnly && !traits.IsReadOnly;
        NbdTransmissionFlags flags = NbdTransmissionFlags.HasFlags;
        flags |= writable ? NbdTransmissionFlags.None : NbdTransmissionFlags.ReadOnly;
        flags |= traits.CanFlush ? NbdTransmissionFlags.SendFlush : NbdTransmissionFlags.None;
        flags |= traits.CanForceUnitAccess ? NbdTransmissionFlags.SendFua : NbdTransmissionFlags.None;
        flags |= traits.IsRotational ? NbdTransmissionFlags.Rotational : NbdTransmissionFlags.None;
        flags |= traits.CanTrim && writable ? NbdTransmissionFlags.SendTrim : NbdTransmissionFlags.None;
        flags |= traits.CanWriteZeroes && writable ? NbdTransmissionFlags.SendWriteZeroes : NbdTransmissionFlags.None;
        flags |= traits.CanWriteZeroes && traits.CanFastZero && writable
            ? NbdTransmissionFlags.SendFastZero
            : NbdTransmissionFlags.None;
        flags |= traits.CanCache ? NbdTransmissionFlags.SendCache : NbdTransmissionFlags.None;
        flags |= traits.CanMultiConnect ? NbdTransmissionFlags.CanMultiConn : NbdTransmissionFlags.None;
        return flags;
    }
}
