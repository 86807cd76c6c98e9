using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;

namespace Runbooks.Tests.Sweep.World;

/// <summary>One site of the world.</summary>
internal sealed class SiteModel(SiteId site)
{
    public SiteId Site { get; } = site;

    /// <summary>True when nothing there answers; asking it is a mistake of the procedure.</summary>
    public bool IsDown { get; set; }

    /// <summary>
    /// True when nothing there answers, and asking is right all the same: the procedure says what it could not do.
    /// </summary>
    public bool IsSilent { get; set; }

    public Dictionary<ProtectionId, CopyModel> Copies { get; } = [];

    public Dictionary<RecoveryPointId, PointModel> Points { get; } = [];

    /// <summary>Run that owns it, by clone id.</summary>
    public Dictionary<string, string> Clones { get; } = new(StringComparer.Ordinal);

    /// <summary>Real machines by workload, drill machines by run and workload.</summary>
    public HashSet<string> Machines { get; } = new(StringComparer.Ordinal);

    public SiteInventory Inventory() => new([
        .. Copies.Keys.Select(c => new InventoryItem("volume", c.ToString())),
        .. Clones.Keys.Select(c => new InventoryItem("clone", c)),
        .. Machines.Select(m => new InventoryItem("machine", m)),
        .. Points.Keys.Select(p => new InventoryItem("recovery-point", p.ToString())),
    ]);
}

/// <summary>A copy of a protection's volumes.</summary>
internal sealed class CopyModel
{
    public Role Role { get; set; }

    public Generation Generation { get; set; }

    /// <summary>Writes it holds.</summary>
    public long Position { get; set; }

    /// <summary>Whether guests may write.</summary>
    public bool IsOpen { get; set; }

    public bool IsQuiesced { get; set; }

    public override string ToString() =>
        $"{Role} generation {Generation} position {Position}{(IsOpen ? " open" : string.Empty)}{(IsQuiesced ? " quiesced" : string.Empty)}";
}

/// <summary>A recovery point.</summary>
internal sealed record PointModel(ProtectionId Protection, string Run, RecoveryPointReason Reason, long Position);
