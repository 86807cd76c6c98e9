using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.BlockPath.Site;

/// <summary>A site's words for no.</summary>
public static class SiteRefusals
{
    public static Refusal UnknownVolume(VolumeId volume, SiteId site) => new(
        "RB-SITE-001", $"There is no volume {volume}.", $"Site {site} holds no copy of it.", "List the site's volumes with 'status'.");

    public static Refusal UnknownProtection(ProtectionId protection, SiteId site) => new(
        "RB-SITE-002",
        $"There is no protection {protection} here.",
        $"Site {site} holds no volume of it.",
        "Create the standby first, or look at the protection's list of sites.");

    public static Refusal VolumeExists(VolumeId volume, string difference) => new(
        "RB-SITE-003",
        $"Volume {volume} exists already.",
        $"It differs from what is asked for: {difference}.",
        "Choose another id, or give the existing volume back first.");

    public static Refusal BadImage(string path, string why) => new(
        "RB-SITE-004", $"The image '{path}' cannot be used.", why, "Name a raw image file that this agent may read and write.");

    public static Refusal PrimaryHere(VolumeId volume) => new(
        "RB-SITE-012",
        $"Volume {volume} is primary here and is not removed.",
        "Only a standby's copy can be removed this way.",
        "Fail over or give the volume back by hand.");

    public static Refusal CopyKept(VolumeId volume, ProtectionId protection, SiteId site) => new(
        "RB-SITE-016",
        $"Site {site} keeps a copy of {volume} from an earlier protection.",
        $"Protection {protection} was removed and its copies were kept, fenced, with their recovery points.",
        $"Delete them when nobody needs them: runbooks protection remove {protection} --keep-copies false. "
            + "Then protect again.")
    {
        Field = "standbys",
    };

    public static Refusal Absent(VolumeId volume, SiteId site, string why) => new(
        "RB-SITE-017",
        $"Volume {volume} is not served at {site}: its files are absent.",
        why,
        "Bring the file or its mount back: the agent tries again every few seconds. When it is lost for good, fail over if this "
            + "was the primary, then forget this copy at its site with 'volume give-back' and protect again.");

    public static Refusal NoSpace(long needed, long free) => new(
        "RB-SITE-005",
        "The site has too little free space.",
        $"A full copy may need {new ByteCount(needed)}; {new ByteCount(free)} are free.",
        "Free space in the agent's data folder, or choose another site.");

    public static Refusal UnknownPeer(VolumeId volume, SiteId peer) => new(
        "RB-SITE-006", $"{peer} is not a peer of {volume}.", "No link to that site is configured.", "Attach the site first.");

    public static Refusal NotPrimary(VolumeId volume, SiteId site) => new(
        "RB-SITE-007",
        $"Site {site} is not the primary of {volume}.",
        "Only the primary sends, compares and quiesces.",
        "Ask the primary's agent; the arbiter's row names it.");

    public static Refusal NotConnected(VolumeId volume, SiteId peer) => new(
        "RB-SITE-008",
        $"The link of {volume} to {peer} is not up.",
        "There is no admitted session.",
        "Look at the link's state and at the peer's agent, then repeat.");

    public static Refusal BadSize(long size) => new(
        "RB-SITE-009", "A volume has a size above 0.", $"The size asked for is {size} bytes.", "Give --size, or an image that is not empty.");

    public static Refusal NotSealed(ProtectionId protection, Generation generation) => new(
        "RB-SITE-010",
        $"Protection {protection} is not sealed under generation {generation}.",
        "The arbiter's row does not name this site as primary of that generation.",
        "Promote at the arbiter first, then seal, then promote here.");

    public static Refusal UnknownPoint(RecoveryPointId point, SiteId site) => new(
        "RB-SITE-011", $"There is no recovery point {point}.", $"Site {site} does not hold it.", "List the recovery points of the protection.");

    public static Refusal Inconsistent(VolumeId volume, SiteId site) => new(
        "RB-SITE-013",
        $"The copy of {volume} at {site} is in the middle of a catch-up.",
        "Its image is no instant of the primary's, so a recovery point of it could not be started.",
        "Wait until the link is in sync, then repeat.");

    public static Refusal OpenVolume(VolumeId volume) => new(
        "RB-SITE-014", $"Volume {volume} is open.", "A guest may be writing to it.", "Close it first: quiesce or fence.");

    public static Refusal DigestDiffers(VolumeId volume, RecoveryPointId point) => new(
        "RB-SITE-015",
        $"Recovery point {point} of {volume} does not match its digest.",
        "Its content has changed since the digest was stored: the disk under it is damaged.",
        "Choose another recovery point, and check the disk.");
}
