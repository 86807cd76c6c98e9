using System.CommandLine;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>The control plane's options as a command line; wrong ones are named before anything starts.</summary>
public static class CommandLine
{
    private static readonly Option<string> Data = new("--data")
    {
        Description = "Folder for keys, the audit head file and the private database.",
        DefaultValueFactory = static _ => "/var/lib/runbooks/control-plane",
    };

    private static readonly Option<string> Roles = new("--roles")
    {
        Description = "Comma list of api, workflows, engine; all by default.",
        DefaultValueFactory = static _ => "api,workflows,engine",
    };

    private static readonly Option<string> ApiListen = Listen("--api-listen", "127.0.0.1:7780", "REST and console; TLS unless on loopback.");
    private static readonly Option<string> AgentListen = Listen("--agent-listen", "0.0.0.0:7781", "Site agents, TLS 1.3 with client certificates.");
    private static readonly Option<string> EngineListen = Listen("--engine-listen", "127.0.0.1:7233", "Embedded engine for local clients; 'none' leaves the agent port only.");
    private static readonly Option<string?> Temporal = new("--temporal") { Description = "HOST:PORT of a Temporal-API-compatible server to use instead of the embedded engine." };
    private static readonly Option<string> Namespace = new("--namespace") { Description = "Namespace on the engine.", DefaultValueFactory = static _ => "default" };
    private static readonly Option<string?> Postgres = new("--postgres") { Description = "Connection string of an existing PostgreSQL; without it a private cluster is started." };
    private static readonly Option<string[]> ServerName = new("--server-name") { Description = "Extra host name or address in the server certificate; may be repeated." };
    private static readonly Option<string[]> ControlPlanes = new("--control-plane") { Description = "https://HOST:PORT of every control plane's agent port; may be repeated." };
    private static readonly Option<string[]> ConsolePeer = new("--console-peer")
    {
        Description = "https://HOST:PORT of another control plane's console, which may call this one; may be repeated.",
    };

    private static readonly Option<string[]> HttpAllow = new("--http-allow") { Description = "Private HOST or HOST:PORT that HTTP steps may call; may be repeated." };
    private static readonly Option<string?> WebRoot = new("--web-root") { Description = "Folder of the console's built files." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Say which migrations would run, then end." };

    public static RootCommand Command(Func<ControlPlaneOptions, CancellationToken, Task<int>> run)
    {
        var root = new RootCommand("The Runbooks control plane: REST, console, agents, workflows and engine in one process.")
        {
            Data, Roles, ApiListen, AgentListen, EngineListen, Temporal, Namespace, Postgres, ServerName, ControlPlanes,
            ConsolePeer, HttpAllow, WebRoot, DryRun,
        };
        root.SetAction((parsed, cancel) => RunAsync(parsed, run, cancel));
        return root;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Func<ControlPlaneOptions, CancellationToken, Task<int>> run, CancellationToken cancel)
    {
        try
        {
            return await run(OptionsOf(parsed), cancel);
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (ClusterUnavailableException unavailable)
        {
            await Console.Error.WriteLineAsync(unavailable.Message);
            return 1;
        }
        catch (SchemaMismatchException mismatch)
        {
            await Console.Error.WriteLineAsync(
                $"RB-STORAGE-008: The database's schema is not this version's. Cause: {mismatch.Message} Correction: start "
                + "the version that made it, or restore a backup; never edit an applied migration.");
            return 1;
        }
        catch (IOException bind) when (bind.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync(
                $"RB-START-001: An address is taken. Cause: {bind.Message} Correction: stop the other process, or "
                + "choose another address with --api-listen, --agent-listen or --engine-listen.");
            return 1;
        }
        catch (Npgsql.NpgsqlException database)
        {
            await Console.Error.WriteLineAsync(
                $"RB-START-002: The database does not take us. Cause: {database.Message} Correction: check --postgres.");
            return 1;
        }
    }

    private static ControlPlaneOptions OptionsOf(ParseResult parsed)
    {
        var engine = parsed.GetValue(EngineListen)!;
        return new ControlPlaneOptions
        {
            Data = Path.GetFullPath(parsed.GetValue(Data)!),
            Roles = ParseRoles(parsed.GetValue(Roles)!),
            ApiListen = ListenAddress.Parse(parsed.GetValue(ApiListen)!),
            AgentListen = ListenAddress.Parse(parsed.GetValue(AgentListen)!),
            EngineListen = engine == "none" ? null : ListenAddress.Parse(engine),
            Temporal = parsed.GetValue(Temporal),
            Namespace = parsed.GetValue(Namespace)!,
            Postgres = parsed.GetValue(Postgres),
            ServerNames = parsed.GetValue(ServerName) ?? [],
            ControlPlanes = parsed.GetValue(ControlPlanes) ?? [],
            ConsolePeers = [.. (parsed.GetValue(ConsolePeer) ?? []).Select(OriginOf)],
            HttpAllow = parsed.GetValue(HttpAllow) ?? [],
            WebRoot = parsed.GetValue(WebRoot),
            DryRun = parsed.GetValue(DryRun),
        };
    }

    // It enters a policy header as it is: only scheme, host and port may be there.
    private static string OriginOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.PathAndQuery == "/"
            ? uri.GetLeftPart(UriPartial.Authority)
            : throw new FormatException(
                $"--console-peer: '{text}' is not an address such as https://cp-b.example:7780.");

    public static ControlPlaneRoles ParseRoles(string text)
    {
        var roles = ControlPlaneRoles.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= word switch
            {
                "api" => ControlPlaneRoles.Api,
                "workflows" => ControlPlaneRoles.Workflows,
                "engine" => ControlPlaneRoles.Engine,
                "all" => ControlPlaneRoles.All,
                _ => throw new FormatException($"--roles: '{word}' is not one of api, workflows, engine, all."),
            };
        }

        return roles == ControlPlaneRoles.None ? throw new FormatException("--roles names no role.") : roles;
    }

    private static Option<string> Listen(string name, string address, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => address };
}
