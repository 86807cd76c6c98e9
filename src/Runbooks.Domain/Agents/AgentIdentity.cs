using Runbooks.Domain.Ids;

namespace Runbooks.Domain.Agents;

/// <summary>The URI name in certificates: who may say to be which site.</summary>
public static class AgentIdentity
{
    /// <summary>What every agent's URI name starts with.</summary>
    public const string UriPrefix = "runbooks://site/";

    /// <summary>The control plane's own URI name.</summary>
    public const string ControlPlaneUri = "runbooks://control-plane";

    /// <summary>The URI name of a site's agent.</summary>
    public static string UriOf(SiteId site) => UriPrefix + site;

    /// <summary>Reads the site of a URI name; false for any other URI.</summary>
    public static bool TryParse(string? uri, out SiteId site)
    {
        site = default;
        return uri is not null
            && uri.StartsWith(UriPrefix, StringComparison.Ordinal)
            && SiteId.TryParse(uri[UriPrefix.Length..], out site);
    }

    /// <summary>The task queue that a site's activity worker polls.</summary>
    public static string TaskQueueOf(SiteId site) => $"site/{site}";

    /// <summary>The task queue of the control plane's own activities.</summary>
    public const string ControlTaskQueue = "control";

    /// <summary>The task queue of the workflows.</summary>
    public const string WorkflowTaskQueue = "runbooks";
}
