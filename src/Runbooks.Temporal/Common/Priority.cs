namespace Runbooks.Temporal.Common;

/// <summary>Order of tasks within one task queue. Equal keys are shared out by fairness key and weight.</summary>
public record Priority
{
    public Priority(int? priorityKey = null, string? fairnessKey = null, float? fairnessWeight = null)
    {
        PriorityKey = priorityKey;
        FairnessKey = fairnessKey;
        FairnessWeight = fairnessWeight;
    }

    /// <summary>Everything inherited or the server's default.</summary>
    public static Priority Default { get; } = new();

    /// <summary>1 is first, 5 last. Null: inherited from the caller, else the server's middle value 3.</summary>
    public int? PriorityKey { get; init; }

    /// <summary>Tenant-like key, at most 64 bytes. Null: inherited, else none.</summary>
    public string? FairnessKey { get; init; }

    /// <summary>Share of the fairness key, 0.001 to 1000. Null: inherited, else 1.</summary>
    public float? FairnessWeight { get; init; }

    internal static Priority FromProto(Temporalio.Api.Common.V1.Priority? proto) => proto == null
        ? Default
        : new(
            proto.PriorityKey == 0 ? null : proto.PriorityKey,
            proto.FairnessKey.Length == 0 ? null : proto.FairnessKey,
            proto.FairnessWeight == 0 ? null : proto.FairnessWeight);

    internal Temporalio.Api.Common.V1.Priority ToProto() => new()
    {
        PriorityKey = PriorityKey ?? 0,
        FairnessKey = FairnessKey ?? string.Empty,
        FairnessWeight = FairnessWeight ?? 0,
    };
}
