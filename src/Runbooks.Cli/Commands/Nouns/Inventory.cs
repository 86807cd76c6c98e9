using static System.Net.Http.HttpMethod;

namespace Runbooks.Cli.Commands.Nouns;

/// <summary>Places and machines: sites, groups, workloads, volumes, protections, recovery points, conflicts.</summary>
internal static class Inventory
{
    private static readonly Field Group = new("group", "Only this group.", Form.Text);

    public static readonly IReadOnlyList<Noun> Nouns =
    [
        new Noun(
            "site", "Sites and their agents.",
                "runbooks site add site-b --title \"Second hall\" && runbooks site join-token site-b",
            new Verb("list", "Every site, with its agent's last word.", Get, "/sites") { View = Views.Sites },
            new Verb("get", "One site.", Get, "/sites/{site}") { View = Views.Sites },
            new Verb("status", "The agent's last report, whole.", Get, "/sites/{site}/status"),
            new Verb("add", "Make a site; its agent joins with a token.", Post, "/sites")
            {
                View = Views.Sites,
                Fields =
                [
                    new Field("id", "Short name, such as site-b.", Form.Text) { ByPlace = true },
                    new Field("title", "What people call it.", Form.Text),
                        new Field("location", "Where it is.", Form.Text),
                    new Field("labels", "A label; may be repeated.", Form.Pairs) { Option = "label" },
                ],
            },
            new Verb("set", "Change title, location or labels.", Patch, "/sites/{site}")
            {
                Done = "Site {site} is changed.",
                Fields =
                [
                    new Field("title", "What people call it.", Form.Text),
                        new Field("location", "Where it is.", Form.Text),
                    new Field("labels", "A label; replaces all labels.", Form.Pairs) { Option = "label" },
                ],
            },
            new Verb("join-token", "Make a one-time token, good for 15 minutes, for the site's agent.", Post,
                "/sites/{site}/join-tokens")
            {
                Fields = [new Field("replace",
                    "The site moves to another machine: the old agent's certificate is revoked.", Form.Flag)],
            },
            new Verb("revoke", "Put every certificate of the site's agent on the deny list.", Post,
                "/sites/{site}/revoke")
            {
                AsksName = true, Done = "The agent of {site} is locked out. It comes back with a new join token.",
                Fields = [new Field("reason", "Why; it is recorded.", Form.Text) { Required = true }],
            },
            new Verb("remove", "Remove a site nothing lives on.", Delete, "/sites/{site}") { AsksName = true,
                Done = "Site {site} is removed." }),
        new Noun(
            "group", "Groups: workloads that fail over together.", "runbooks group list --watch",
            new Verb("list", "Every group, the worst first.", Get, "/groups") { View = Views.Groups },
            new Verb("get", "One group.", Get, "/groups/{group}") { View = Views.Groups },
            new Verb("add", "Make a group.", Post, "/groups")
            {
                View = Views.Groups,
                Fields =
                [
                    new Field("id", "Short name, such as payments.", Form.Text) { ByPlace = true },
                    new Field("title", "What people call it.", Form.Text),
                ],
            },
            new Verb("remove", "Remove an empty group.", Delete, "/groups/{group}") { AsksName = true,
                Done = "Group {group} is removed." }),
        new Noun(
            "workload", "Protected machines.",
                "runbooks workload add pay-db --group payments --site site-a --disk data=20GiB",
            new Verb("list", "Every workload, with state and exposure now.", Get,
                "/workloads") { View = Views.Workloads, Fields = [Group] },
            new Verb("get", "One workload.", Get, "/workloads/{workload}") { View = Views.Workloads },
            new Verb("add", "Describe a machine and its disks.", Post, "/workloads")
            {
                Fields =
                [
                    new Field("id", "Short name, such as pay-db.", Form.Text) { ByPlace = true },
                    new Field("group", "Its group.", Form.Text) { Required = true },
                    new Field("site", "Where it runs now.", Form.Text) { Required = true },
                    new Field("disks", "A disk; may be repeated.", Form.Disks) { Required = true, Option = "disk" },
                    .. WorkloadSet.Fields,
                ],
            },
            new Verb("remove", "Forget an unprotected workload.", Delete, "/workloads/{workload}")
            {
                AsksName = true, Done = "Workload {workload} is forgotten. Its disks are untouched.",
            }),
        new Noun(
            "volume", "Virtual disks, at every site.", "runbooks volume list -o json",
            new Verb("list", "Every volume at every site.", Get, "/volumes") { View = Views.Volumes },
            new Verb("get", "One volume at every site.", Get, "/volumes/{volume}") { View = Views.Volumes }),
        new Noun(
            "protection", "Which workloads have copies, where, and under what promise.",
            "runbooks protection protect pay-db --standby site-b --rto 15m --wait",
            new Verb("list", "Every protection, with exposure now.", Get, "/protections") { View = Views.Protections,
                Fields = [Group] },
            new Verb("get", "One protection, by id or workload.", Get,
                "/protections/{protection}") { View = Views.Protections },
            Protect(),
            new Verb("set", "Change objectives and the schedule of recovery points.", Patch,
                "/protections/{protection}")
            {
                Fields =
                [
                    new Field("rtoSeconds", "Time within which it must run again.", Form.Seconds) { Option = "rto" },
                    new Field("rpoSeconds", "What may be lost.", Form.Seconds) { Option = "rpo" },
                    new Field("recoveryPointEverySeconds", "How often a recovery point is made.",
                        Form.Seconds) { Option = "point-every" },
                    new Field("recoveryPointsKept", "How many are kept.", Form.Whole) { Option = "points-kept" },
                    Why,
                ],
            },
            new Verb("retry", "Try a failed set-up again.", Post, "/protections/{protection}/retry")
            {
                RunAt = "run.id", Fields = [new Field("reason", "Why; it is recorded.", Form.Text)],
            }),
        new Noun(
            "point", "Recovery points.", "runbooks point list --workload pay-db",
            new Verb("list", "Recovery points, newest first.", Get, "/recovery-points")
            {
                View = Views.Points,
                Fields = [new Field("workload", "Only of this workload.", Form.Text),
                    new Field("site", "Only at this site.", Form.Text)],
            },
            new Verb("get", "One recovery point.", Get, "/recovery-points") { View = Views.Points,
                PicksFromList = true },
            new Verb("take", "Take a recovery point of a workload now.", Post, "/recovery-points")
            {
                RunAt = "id",
                Fields =
                [
                    new Field("workload", "Which machine.", Form.Text) { ByPlace = true },
                    new Field("sites", "Where; every complete standby when left out.", Form.List) { Option = "site" },
                    Why,
                ],
            },
            new Verb("keep", "Keep a point: nothing expires or drops it.", Patch, "/recovery-points/{point}")
            {
                Always = [("pinned", true)], Done = "Point {point} is kept.", Fields = [Why],
            },
            new Verb("release", "Keep it no longer.", Patch, "/recovery-points/{point}")
            {
                Always = [("pinned", false)], Done = "Point {point} is kept no longer.", Fields = [Why],
            },
            new Verb("drop", "Drop a point for good.", Delete, "/recovery-points/{point}")
            {
                AsksName = true, RunAt = "id", Fields = [Why],
            }),
        new Noun(
            "conflict", "Copies that diverged: writes of a site that went on alone after it was replaced.",
                "runbooks conflict list",
            new Verb("list", "Every conflict.", Get, "/conflicts") { View = Views.Conflicts },
            new Verb("get", "One conflict, as two histories.", Get, "/conflicts") { View = Views.Conflicts,
                PicksFromList = true },
            new Verb("decide", "Choose the history that goes on; the other stays kept.", Post,
                "/conflicts/{conflict}/decision")
            {
                AsksName = true,
                Fields =
                [
                    new Field("winner", "current: what is served now; kept: what the returned site wrote alone.",
                        Form.Text) { Required = true },
                    new Field("reason", "Why; it is recorded.", Form.Text) { Required = true },
                ],
            }),
        new Noun(
            "alert", "What people were told.", "runbooks alert list --watch",
            new Verb("list", "Alerts, newest first.", Get, "/alerts") { View = Views.Alerts }),
    ];

    private static Field Why => new("reason", "Why; it is recorded.", Form.Text) { Required = true };

    private static Verb Protect() => new("protect", "Protect a workload: starts the set-up run.", Post, "/protections")
    {
        RunAt = "run.id",
        Fields =
        [
            new Field("workload", "The machine to protect.", Form.Text) { ByPlace = true },
            new Field("standbys", "Sites that hold copies.", Form.List) { Required = true, Option = "standby" },
            new Field("mode", "synchronous (default), asynchronous or backup.", Form.Text),
            new Field("onLinkLoss", "arbitrate (default), suspend or continue.", Form.Text),
            new Field("ifArbiterUnreachable", "suspend (default) or continue.", Form.Text),
            new Field("rtoSeconds", "Time within which it must run again.", Form.Seconds) { Option = "rto" },
            new Field("rpoSeconds", "What may be lost.", Form.Seconds) { Option = "rpo" },
            new Field("peerTimeoutSeconds", "Silence after which a standby counts as lost.",
                Form.Seconds) { Option = "peer-timeout" },
            new Field("holdDownSeconds", "How long a returned standby must stay before it counts.",
                Form.Seconds) { Option = "hold-down" },
            new Field("catchUpBytesPerSecondMax", "Most that catching up may take of the link, per second.",
                Form.Bytes) { Option = "catch-up-rate" },
            new Field("recoveryPointEverySeconds", "How often a recovery point is made.",
                Form.Seconds) { Option = "point-every" },
            new Field("recoveryPointsKept", "How many are kept.", Form.Whole) { Option = "points-kept" },
            new Field("reason", "Why; it is recorded.", Form.Text),
        ],
    };
}
