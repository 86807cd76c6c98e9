using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Nouns;

/// <summary>The columns of every list.</summary>
internal static class Views
{
    public static readonly View Sites = new(
        "id", Text("ID", "id"), Text("STATE", "state"), Text("AGENT", "agent.version"),
            new("SILENT", "agent.silentSeconds", Shape.Seconds),
        Text("VOLUMES", "agent.volumes"), new("FREE", "agent.freeBytes", Shape.Bytes),
            new("CERT DAYS", "agent.certificateDaysLeft", Shape.Whole),
        Text("TITLE", "title"));

    public static readonly View Groups = new(
        "id", Text("ID", "id"), Text("STATE", "state"), Text("WORKLOADS", "workloads"), Text("PROTECTED", "protected"),
        Text("EXPOSURE", "exposure"), new("SECONDS", "exposureSeconds", Shape.Seconds),
            new("BYTES", "exposureBytes", Shape.Bytes),
        new("LAST DRILL", "lastDrill.endedAt", Shape.Time), Text("RUN", "runInFlight"));

    public static readonly View Workloads = new(
        "id", Text("ID", "id"), Text("GROUP", "group"), Text("SITE", "site"), Text("STATE", "state"),
            Text("EXPOSURE", "exposure.text"));

    public static readonly View Volumes = new(
        "status.volume", Text("VOLUME", "status.volume"), Text("SITE", "site"), Text("WORKLOAD", "status.workload"),
            Text("DISK", "status.disk"),
        Text("ROLE", "status.role"), Text("GENERATION", "status.generation"),
            new("SIZE", "status.sizeBytes", Shape.Bytes),
        new("LINKS", "status.links", Shape.Links));

    public static readonly View Protections = new(
        "id", Text("ID", "id"), Text("WORKLOAD", "workload"), Text("STATE", "label"),
            Text("PRIMARY", "arbiter.primary"),
        Text("GENERATION", "arbiter.generation"), Text("MODE", "policy.mode"), Text("STANDBYS", "policy.standbys"),
            Text("EXPOSURE", "exposure.text"));

    public static readonly View Points = new(
        "id", Text("ID", "id"), Text("WORKLOAD", "workload"), Text("SITE", "site"), Text("REASON", "reason"),
            Time("AT", "at"), Text("PINNED", "pinned"));

    public static readonly View Runbooks = new(
        "name", Text("NAME", "name"), Text("FOR", "for"), Text("GROUP", "group"), Text("VERSION", "publishedVersion"),
        Text("DRAFT DIFFERS", "draftDiffers"), Text("VALID", "draftValid"), Time("UPDATED", "updatedAt"),
            Text("TITLE", "title"));

    public static readonly View Versions = new(
        "number", Text("VERSION", "number"), Text("HASH", "hash"), Text("BY", "publishedBy"),
            Time("AT", "publishedAt"));

    public static readonly View Runs = new(
        "id", Text("ID", "id"), Text("KIND", "kind"), Text("STATE", "state"), Text("GROUP", "group"),
            Text("RUNBOOK", "runbook"),
        Text("BY", "requestedBy"), Time("REQUESTED", "requestedAt"), new("ELAPSED", "elapsedSeconds", Shape.Seconds));

    public static readonly View Steps = new(
        "path", Text("STEP", "path"), Text("STATE", "state"), new("TIME", "seconds", Shape.Seconds),
            Text("ATTEMPTS", "attempts"),
        Text("SITE", "site"), Text("TITLE", "title"), Text("DETAIL", "detail"));

    public static readonly View Decisions = new(
        "id", Text("WHO", "approver"), Text("DECISION", "decision"), Time("AT", "at"), Text("REASON", "reason"),
            Text("PLAN", "planHash"));

    public static readonly View Approvals = new(
        "id", Text("RUN", "id"), Text("KIND", "kind"), Text("GROUP", "group"), Text("BY", "requestedBy"),
            Text("REASON", "reason"),
        Text("GIVEN", "approvalsGiven"), Text("NEEDED", "approvalsNeeded"), Text("OF", "approverRole"),
        Time("UNTIL", "approvalsExpireAt"), Text("QUESTION", "asking.text"));

    public static readonly View Schedules = new(
        "id", Text("ID", "id"), Text("TITLE", "title"), Text("RUNBOOK", "runbook"), Text("GROUP", "group"),
            Text("CALENDAR", "calendar"),
        Text("ZONE", "timeZone"), Text("PAUSED", "paused"), Text("IN STEP", "inStep"));

    public static readonly View Conflicts = new(
        "id", Text("ID", "id"), Text("PROTECTION", "protection"), Text("SITE", "site"), Text("STATE", "state"),
            Time("FOUND", "foundAt"));

    public static readonly View Alerts = new(
        "id", Time("AT", "at"), Text("SEVERITY", "severity"), Text("RUN", "run"), Text("TITLE", "title"),
            Text("TEXT", "text"));

    public static readonly View Audit = new(
        "sequence", Text("SEQ", "sequence"), Time("AT", "record.at"), Text("KIND", "record.kind"),
            Text("WHO", "record.actor.name"),
        Text("ACTOR", "record.actor.id"), Text("SUBJECT", "record.subject.id"), Text("OUTCOME", "record.outcome"),
            Text("REASON", "record.reason"));

    public static readonly View Tokens = new(
        "id", Text("ID", "id"), Text("USER", "user"), Text("NAME", "name"), Time("EXPIRES", "expiresAt"),
            Time("LAST USED", "lastUsedAt"),
        Time("REVOKED", "revokedAt"));

    public static readonly View Users = new(
        "name", Text("ID", "id"), Text("NAME", "name"), Text("DISPLAY", "display"), Text("DISABLED", "disabled"),
            new("ROLES", "roles", Shape.Roles));

    public static readonly View StepKinds = new(
        "name", Text("NAME", "name"), Text("CATEGORY", "category"), Text("PLACE", "place"), Text("ACTS", "acts"),
            Text("REVERSIBLE", "reversible"),
        new("TIMEOUT", "timeoutSeconds", Shape.Seconds), Text("CHECK", "checkMode"), Text("TITLE", "title"));

    private static Column Text(string title, string path) => new(title, path, Shape.Text);

    private static Column Time(string title, string path) => new(title, path, Shape.Time);
}
