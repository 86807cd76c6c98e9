using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>How far a recovery point can be trusted.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<PointState>))]
public enum PointState
{
    /// <summary>Being made: the image's older writes are not known to be durable yet. A crash withdraws it.</summary>
    Pending,

    /// <summary>Reads as the image at its instant, whatever happens to the machine.</summary>
    Whole,

    /// <summary>Could not be kept; reads nothing. Listed until it is dropped, so that its loss is seen.</summary>
    Withdrawn,
}
