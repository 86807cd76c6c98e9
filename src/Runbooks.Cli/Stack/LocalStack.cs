using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Cli.Demo;
using Runbooks.Cli.Http;

namespace Runbooks.Cli.Stack;

/// <summary>
/// A whole installation on this machine: private PostgreSQL, control plane with engine and workflow worker, and two
/// site agents, each a process
/// with a folder of its own. Ports are free ones, so several stacks live side by side.
/// </summary>
internal sealed class LocalStack : IDisposable
{
    // Counted from the last line of output: an installation of PostgreSQL says much and may take minutes.
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StartAtMost = TimeSpan.FromMinutes(15);

    // How the lines begin by which the control plane says that its start takes longer than usual.
    private static readonly string[] Slow =
        ["PostgreSQL is missing", "creating a private", "the previous run did not end"];

    private readonly StackOptions options;
    private readonly int[] ports;
    private readonly Dictionary<string, Child> agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinkProxy> lines = new(StringComparer.Ordinal);
    private Child? controlPlane;
    private ApiClient? api;

    public LocalStack(StackOptions options)
    {
        this.options = options;
        ports = options.Ports is { Count: > 0 } given ? [.. given] : FreePorts.Take(3 + (3 * options.Sites.Count));
        Directory.CreateDirectory(Logs);
    }

    public string Api => $"http://127.0.0.1:{ports[0]}";

    public string AgentPort => $"https://127.0.0.1:{ports[1]}";

    public string EnginePort => $"127.0.0.1:{ports[2]}";

    public string AdminToken { get; private set; } = string.Empty;

    public ApiClient Client => api ?? throw new InvalidOperationException("The stack is not running.");

    /// <summary>
    /// An address of the console that signs the administrator's browser in, once, within ten minutes.
    /// </summary>
    public Task<string> SignInLinkAsync(CancellationToken cancellationToken) =>
        SignInLink.MakeAsync(Client, cancellationToken);

    /// <summary>Where process logs are.</summary>
    public string Logs => Path.Combine(options.Folder, "logs");

    public Child ControlPlane =>
        controlPlane ?? throw new InvalidOperationException("The control plane is not running.");

    public Child Agent(string site) => agents[site];

    /// <summary>The lines between the sites: peers reach a site only through its line.</summary>
    public IEnumerable<LinkProxy> Lines => lines.Values;

    public string FolderOf(string site) => Path.Combine(options.Folder, site);

    /// <summary>Where guests connect at a site.</summary>
    public string NbdOf(string site) => $"127.0.0.1:{ports[3 + (3 * options.Sites.IndexOf(site))]}";

    /// <summary>
    /// Starts everything that is not there yet; a second start on the
    /// same folder finds its keys, sites and volumes again.
    /// </summary>
    public async Task StartAsync(Action<string> say, CancellationToken cancellationToken)
    {
        say("starting PostgreSQL, the engine and the control plane");
        await StartControlPlaneAsync(cancellationToken, say);
        AdminToken = await ReadTokenAsync(cancellationToken);
        api = new ApiClient(new Context([Api], AdminToken));
        new Context([Api], AdminToken).Write(Path.Combine(options.Folder, "context.json"));
        foreach (var site in options.Sites)
        {
            await PrepareSiteAsync(site, say, cancellationToken);
            await StartAgentAsync(site, cancellationToken);
        }
    }

    /// <summary>
    /// Starts (or restarts) the control plane on the same ports and folder, and waits until it serves.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="say">Hears what takes long: an installation, a new database, a recovery.</param>
    public async Task StartControlPlaneAsync(CancellationToken cancellationToken, Action<string>? say = null)
    {
        string[] temporal = options.Temporal is { } external
            ? ["--temporal", external, "--roles", "api,workflows"]
            : ["--engine-listen", EnginePort];
        controlPlane?.Dispose();
        controlPlane = Child.StartDotnet(
            "control-plane",
            Parts.ControlPlane,
            [
                "--data", Path.Combine(options.Folder, "control-plane"), "--api-listen", $"127.0.0.1:{ports[0]}",
                "--agent-listen", $"127.0.0.1:{ports[1]}", .. temporal,
            ],
            Path.Combine(Logs, "control-plane.log"));
        controlPlane.Said += line =>
        {
            if (Slow.Any(start => line.StartsWith(start, StringComparison.Ordinal)))
            {
                say?.Invoke(line);
            }
        };
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await WaitAsync(controlPlane, () => AnswersAsync(http, cancellationToken), cancellationToken);
    }

    /// <summary>Starts (or restarts) a site's agent on the same ports and folder.</summary>
    public async Task StartAgentAsync(string site, CancellationToken cancellationToken)
    {
        var running = false;
        if (agents.Remove(site, out var before))
        {
            before.Dispose();
        }

        var agent = Child.StartDotnet(
            site,
            Parts.SiteAgent,
            ["run", "--data", FolderOf(site), "--config", Path.Combine(FolderOf(site), "agent.json")],
            Path.Combine(Logs, $"{site}.log"));
        agent.Said += line => running |= line.Contains("is running", StringComparison.Ordinal);
        agents[site] = agent;
        await WaitAsync(agent, () => Task.FromResult(running), cancellationToken);
    }

    /// <summary>Runs one verb of the agent's own command line to its end and returns what it printed.</summary>
    public async Task<string> AgentVerbAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var log = Path.Combine(Logs, "agent-verbs.log");
        using var verb = Child.StartDotnet("agent verb", Parts.SiteAgent, arguments, log);
        await verb.WaitAsync(cancellationToken);
        return verb.ExitCode == 0
            ? verb.Tail
            : throw new StackException($"The agent's '{string.Join(' ', arguments.Take(2))}' failed: {verb.Tail}");
    }

    public async Task StopAsync()
    {
        foreach (var agent in agents.Values)
        {
            await agent.StopAsync(TimeSpan.FromSeconds(10));
        }

        if (controlPlane is not null)
        {
            await controlPlane.StopAsync(TimeSpan.FromSeconds(20));
        }
    }

    public void Dispose()
    {
        api?.Dispose();
        foreach (var agent in agents.Values)
        {
            agent.Dispose();
        }

        foreach (var line in lines.Values)
        {
            line.Dispose();
        }

        controlPlane?.Dispose();
    }

    private async Task PrepareSiteAsync(string site, Action<string> say, CancellationToken cancellationToken)
    {
        var folder = FolderOf(site);
        Directory.CreateDirectory(folder);
        var first = 3 + (3 * options.Sites.IndexOf(site));
        var advertised = options.WithLines ? ports[first + 2] : ports[first + 1];
        if (options.WithLines)
        {
            lines[site] = new LinkProxy(ports[first + 2], () => new IPEndPoint(IPAddress.Loopback, ports[first + 1]));
        }

        var config = new JsonObject
        {
            ["site"] = site,
            ["wan"] = $"127.0.0.1:{ports[first + 1]}",
            ["wanAdvertised"] = $"127.0.0.1:{advertised}",
            ["nbd"] = new JsonArray($"127.0.0.1:{ports[first]}"),
            ["machines"] = new JsonObject { ["dieWithAgent"] = true },
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "agent.json"), config.ToJsonString(), cancellationToken);
        if (File.Exists(Path.Combine(folder, "credentials", "agent.pem")))
        {
            return;
        }

        say($"{site}: joining with a one-time token");
        await CreateOnceAsync("/api/v1/sites", new JsonObject { ["id"] = site, ["title"] = site }, cancellationToken);
        var token = await Client.PostAsync($"/api/v1/sites/{site}/join-tokens", new JsonObject(), cancellationToken);
        await AgentVerbAsync(
            [
                "join", "--data", folder, "--control-plane", AgentPort, "--token", token!["token"]!.ToString(),
                "--ca-fingerprint", Fingerprint(), "--site", site,
            ],
            cancellationToken);
    }

    private async Task CreateOnceAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            await Client.PostAsync(path, body, cancellationToken);
        }
        catch (ApiException e) when (e.Status == 409)
        {
            // There already: an earlier start of this folder made it.
        }
    }

    private string Fingerprint()
    {
        var file =
            Directory.EnumerateFiles(Path.Combine(options.Folder, "control-plane"), "ca.crt",
                SearchOption.AllDirectories).First();
        using var authority = X509Certificate2.CreateFromPem(File.ReadAllText(file));
        return Convert.ToHexStringLower(authority.GetCertHash(HashAlgorithmName.SHA256));
    }

    private async Task<string> ReadTokenAsync(CancellationToken cancellationToken)
    {
        var stored = Path.Combine(options.Folder, "context.json");
        var first = Path.Combine(options.Folder, "control-plane", "admin-token");
        if (File.Exists(first))
        {
            return (await File.ReadAllTextAsync(first, cancellationToken)).Trim();
        }

        return File.Exists(stored)
            ? JsonSerializer.Deserialize<Context>(await File.ReadAllTextAsync(stored, cancellationToken))!.Token
            : throw new StackException(
                $"No token is left in {options.Folder}.\n  Correction: choose another --data folder, or put the admin "
                    + $"token into {first}.");
    }

    private async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"{Api}/healthz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task WaitAsync(Child child, Func<Task<bool>> ready, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await ready())
        {
            if (child.HasExited)
            {
                throw new StackException($"{child.Name} ended with exit code {child.ExitCode}:\n{child.Tail}");
            }

            var waited = Stopwatch.GetElapsedTime(began);
            if (waited > StartAtMost || (waited > StartWithin && child.SilentFor > StartWithin))
            {
                throw new StackException($"{child.Name} does not serve after {waited.TotalSeconds:0} s:\n{child.Tail}");
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}
