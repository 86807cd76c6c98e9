using Google.Protobuf.WellKnownTypes;

namespace Runbooks.Temporal.Common;

/// <summary>Server-side retries of a workflow or activity. Delay n = initial * coefficient^(n-1), capped.</summary>
public record RetryPolicy
{
    /// <summary>Delay before the second attempt. Default 1 s.</summary>
    public TimeSpan InitialInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Growth of the delay; at least 1. Default 2.</summary>
    public float BackoffCoefficient { get; init; } = 2.0f;

    /// <summary>Cap of the delay. Default null: 100 times the initial interval.</summary>
    public TimeSpan? MaximumInterval { get; init; }

    /// <summary>Attempts in all; 1 means no retry. Default 0: unlimited.</summary>
    public int MaximumAttempts { get; init; }

    /// <summary>Application failure types that are never retried. Default null: none.</summary>
    public IReadOnlyCollection<string>? NonRetryableErrorTypes { get; init; }

    public static RetryPolicy FromProto(Temporalio.Api.Common.V1.RetryPolicy proto) => new()
    {
        InitialInterval = proto.InitialInterval?.ToTimeSpan() ?? TimeSpan.FromSeconds(1),
        BackoffCoefficient = (float)proto.BackoffCoefficient,
        MaximumInterval = proto.MaximumInterval?.ToTimeSpan(),
        MaximumAttempts = proto.MaximumAttempts,
        NonRetryableErrorTypes = proto.NonRetryableErrorTypes.Count == 0 ? null : proto.NonRetryableErrorTypes,
    };

    internal Temporalio.Api.Common.V1.RetryPolicy ToProto() => new()
    {
        InitialInterval = Duration.FromTimeSpan(InitialInterval),
        BackoffCoefficient = BackoffCoefficient,
        MaximumInterval = MaximumInterval is { } max ? Duration.FromTimeSpan(max) : null,
        MaximumAttempts = MaximumAttempts,
        NonRetryableErrorTypes = { NonRetryableErrorTypes ?? [] },
    };
}
