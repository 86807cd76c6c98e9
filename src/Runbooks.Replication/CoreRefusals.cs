using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication;

/// <summary>The core's words for no.</summary>
public static class CoreRefusals
{
    /// <summary>Code of a lower generation.</summary>
    public const string LowerGenerationCode = "RB-VOLUME-001";

    /// <summary>Code of two copies written under different generations.</summary>
    public const string DivergedCode = "RB-VOLUME-002";

    /// <summary>Code of a role that does not fit.</summary>
    public const string WrongRoleCode = "RB-VOLUME-003";

    /// <summary>Code of sizes that differ.</summary>
    public const string SizeCode = "RB-VOLUME-004";

    /// <summary>Code of an image in the middle of a catch-up.</summary>
    public const string InconsistentCode = "RB-VOLUME-005";

    /// <summary>Code of a copy whose disk failed.</summary>
    public const string FaultyCode = "RB-VOLUME-006";

    /// <summary>Code of an order that the present state does not allow.</summary>
    public const string OrderCode = "RB-VOLUME-007";

    /// <summary>A lower generation spoke.</summary>
    public static Refusal LowerGeneration(Generation theirs, Generation ours) => new(
        LowerGenerationCode,
        "A lower generation is refused.",
        $"It speaks under generation {theirs}; this copy knows {ours}.",
        "Fence the exports of the older primary and let it catch up as a standby.");

    /// <summary>Both copies hold writes that the other lacks.</summary>
    public static Refusal Diverged(Generation theirs, Generation ours, IReadOnlyList<ByteRange> own) => new(
        DivergedCode,
        "The two copies were written under different generations.",
        $"This copy was written alone under generation {ours} in {own.Count} ranges; the other is at {theirs}.",
        "Compare both sides, then order that this copy's own changes may be discarded; they stay as a recovery point until dropped.")
    {
        Details = new Dictionary<string, string>
        {
            ["ranges"] = string.Join(' ', own.Take(64)),
            ["rangeCount"] = own.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["bytes"] = own.Sum(r => r.Length).ToString(System.Globalization.CultureInfo.InvariantCulture),
        },
    };

    /// <summary>A role does not fit.</summary>
    public static Refusal WrongRole(Role theirs, Role ours) => new(
        WrongRoleCode,
        "Only a primary may open a stream, and only to a standby.",
        $"The other side is {theirs}, this one is {ours}, under the same generation.",
        "Read the arbiter's row: at most one of the two is right.");

    /// <summary>Sizes differ.</summary>
    public static Refusal Size(ByteCount theirs, ByteCount ours) => new(
        SizeCode,
        "The two copies differ in size.",
        $"The other side has {theirs.Value} bytes, this one {ours.Value}.",
        "Resize the smaller copy, then connect again.");

    /// <summary>The image is no instant of the primary's.</summary>
    public static Refusal Inconsistent() => new(
        InconsistentCode,
        "This copy must not be promoted.",
        "A catch-up or a full copy into it was under way; its image mixes two instants.",
        "Let the catch-up finish, promote a recovery point instead, or accept an inconsistent image by order.");

    /// <summary>The disk failed.</summary>
    public static Refusal Faulty() => new(
        FaultyCode,
        "This copy is not trusted.",
        "A local write or flush failed, so what the disk holds is not known.",
        "Replace or check the disk, then attach the copy again with a full copy.");

    /// <summary>The order does not fit the state.</summary>
    public static Refusal Order(OrderKind order, string why) => new(
        OrderCode,
        $"The order '{Domain.Text.KebabCase.Of(order)}' was refused.",
        why,
        "Read the volume's status and order what its state allows.");
}
