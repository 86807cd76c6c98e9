using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.SiteAgent.Machines;

namespace Runbooks.SiteAgent.Host;

/// <summary>The agent's configuration file; every field has a default, command-line options win.</summary>
public sealed record AgentConfiguration
{
    /// <summary>Name of the site.</summary>
    public string Site { get; init; } = string.Empty;

    /// <summary>Where peers connect: <c>host:port</c>. Beyond loopback only with certificates.</summary>
    public string Wan { get; init; } = "127.0.0.1:0";

    /// <summary>What other sites should dial, when it differs from <see cref="Wan"/>.</summary>
    public string WanAdvertised { get; init; } = string.Empty;

    /// <summary>Where guests connect: <c>host:port</c> or <c>unix:path</c>.</summary>
    public IReadOnlyList<string> Nbd { get; init; } = ["127.0.0.1:0"];

    /// <summary>Folder with ca-cert.pem, server-cert.pem and server-key.pem; required for NBD beyond loopback.</summary>
    public string NbdCertificates { get; init; } = string.Empty;

    /// <summary>
    /// Where the id of the kernel's present run is read: another id after an unclean stop means a power cut, and what
    /// was not flushed is fetched from a standby. For sandboxes that hide or change the kernel's own file.
    /// </summary>
    public string BootIdFile { get; init; } = BlockPath.Storage.BootId.KernelFile;

    /// <summary>TCP congestion control of WAN connections.</summary>
    public string CongestionControl { get; init; } = "cubic";

    /// <summary>Other sites' WAN listeners by site name, when no control plane tells them.</summary>
    public IReadOnlyDictionary<string, string> Peers { get; init; } = new Dictionary<string, string>();

    /// <summary>How protected machines are run at this site.</summary>
    public MachineSettings Machines { get; init; } = new();

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads a file; a field it does not know is refused by name.</summary>
    public static Outcome<AgentConfiguration> Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<AgentConfiguration>(File.ReadAllText(path), Json)
                ?? new AgentConfiguration();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return new Refusal(
                "RB-AGENT-101", $"The configuration '{path}' cannot be read.", e.Message, "Correct the file and start again.");
        }
    }

    internal static EndPoint? EndPointOf(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            return new UnixDomainSocketEndPoint(Path.GetFullPath(text["unix:".Length..]));
        }

        return EndPoints.TryParse(text, out var end) ? end : null;
    }

    internal Outcome<SiteId> SiteId() => Domain.Ids.SiteId.TryParse(Site, out var site)
        ? site
        : new Refusal(
            "RB-AGENT-102", $"'{Site}' is no site name.", $"It is not {Domain.Ids.SiteId.Shape}.", "Give --site, or run 'join'.");
}
