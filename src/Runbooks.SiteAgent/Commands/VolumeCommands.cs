using System.CommandLine;
using System.Text.Json;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.SiteAgent.Admin;

namespace Runbooks.SiteAgent.Commands;

/// <summary><c>volume …</c>: the verbs of a running agent's volumes. Each prints the agent's JSON answer.</summary>
internal static class VolumeCommands
{
    public static Command Create() => new("volume", "Make, adopt, attach, compare and promote volumes.")
    {
        CreateOrAdopt("create", "Make an empty volume.", isAdopt: false),
        CreateOrAdopt("adopt", "Serve an existing raw image as a volume; it is never copied or changed in form.", isAdopt: true),
        GiveBack(),
        Attach(),
        Detach(),
        Promote(),
        Simple("fence", "Close a volume's exports for good under its present generation.", "fence"),
        Compare(),
        Status(),
    };

    private static Command CreateOrAdopt(string name, string description, bool isAdopt)
    {
        var (data, id) = (CommonOptions.Data(), Id());
        Option<string> protection = new("--protection")
        {
            Description = "Protection id, the same at both sites; by default made from the volume's id.",
        };
        Option<string> role = new("--role") { Description = "primary or standby.", DefaultValueFactory = _ => "primary" };
        Option<string> size = new("--size") { Description = "Size in bytes, or with K, M, G, T.", Required = !isAdopt };
        Option<string> image = new("--image") { Description = "The raw image.", HelpName = "FILE", Required = isAdopt };
        Option<string> export = new("--export") { Description = "NBD export name; by default the volume's id." };
        var peer = Peer(required: false);
        Option<string> address = new("--address") { Description = "The peer's WAN listener.", HelpName = "HOST:PORT" };
        var policy = new PolicyOptions();
        Command command = new(name, description) { data, id, protection, role, export, peer, address };
        command.Add(isAdopt ? image : size);
        policy.AddTo(command);
        command.SetAction((arguments, cancel) =>
        {
            var volume = arguments.GetRequiredValue(id);
            if (!VolumeId.TryParse(volume, out var volumeId))
            {
                return Usage($"'{volume}' is not {VolumeId.Shape}");
            }

            var protectionText = arguments.GetValue(protection)
                ?? ProtectionId.Prefix + volume[VolumeId.Prefix.Length..];
            if (!ProtectionId.TryParse(protectionText, out var protectionId))
            {
                return Usage($"'{protectionText}' is not {ProtectionId.Shape}");
            }

            if (!KebabCase.TryParse<Role>(arguments.GetValue(role), out var roleValue) || roleValue == Role.Fenced)
            {
                return Usage("--role is primary or standby");
            }

            var bytes = 0L;
            if (!isAdopt && !Sizes.TryParse(arguments.GetRequiredValue(size), out bytes))
            {
                return Usage("--size is a number of bytes, or one with K, M, G or T");
            }

            var body = new CreateVolumeRequest(
                volumeId,
                protectionId,
                roleValue,
                bytes,
                isAdopt ? Path.GetFullPath(arguments.GetRequiredValue(image)) : null,
                arguments.GetValue(export),
                SiteId.TryParse(arguments.GetValue(peer), out var site) ? site : null,
                arguments.GetValue(address))
            {
                Policy = policy.Read(arguments),
            };
            return SendAsync(arguments.GetRequiredValue(data), HttpMethod.Post, "/v1/volumes", body, cancel);
        });
        return command;
    }

    private static Command Attach()
    {
        var (data, id, peer) = (CommonOptions.Data(), Id(), Peer(required: true));
        Option<string> address = new("--address")
        {
            Description = "The peer's WAN listener.", HelpName = "HOST:PORT", Required = true,
        };
        var policy = new PolicyOptions();
        Command command = new("attach", "Replicate a primary's volume to a standby: full copy, then dual write.")
        {
            data, id, peer, address,
        };
        policy.AddTo(command);
        command.SetAction((arguments, cancel) => SiteId.TryParse(arguments.GetRequiredValue(peer), out var site)
            ? SendAsync(
                arguments.GetRequiredValue(data),
                HttpMethod.Post,
                $"/v1/volumes/{arguments.GetRequiredValue(id)}/attach",
                new AttachRequest(site, arguments.GetRequiredValue(address), policy.Read(arguments)),
                cancel)
            : Usage($"--peer is {SiteId.Shape}"));
        return command;
    }

    private static Command Detach()
    {
        var (data, id, peer) = (CommonOptions.Data(), Id(), Peer(required: true));
        Command command = new("detach", "Stop replicating to a standby.") { data, id, peer };
        command.SetAction((arguments, cancel) => SiteId.TryParse(arguments.GetRequiredValue(peer), out var site)
            ? SendAsync(
                arguments.GetRequiredValue(data),
                HttpMethod.Post,
                $"/v1/volumes/{arguments.GetRequiredValue(id)}/detach",
                new PeerRequest(site),
                cancel)
            : Usage($"--peer is {SiteId.Shape}"));
        return command;
    }

    private static Command GiveBack()
    {
        var (data, id) = (CommonOptions.Data(), Id());
        Option<bool> delete = new("--delete-image") { Description = "Delete the image too; only an image the agent made." };
        Command command = new("give-back", "Forget a volume and print where its image is.") { data, id, delete };
        command.SetAction((arguments, cancel) => SendAsync(
            arguments.GetRequiredValue(data),
            HttpMethod.Post,
            $"/v1/volumes/{arguments.GetRequiredValue(id)}/give-back",
            new GiveBackRequest(arguments.GetValue(delete)),
            cancel));
        return command;
    }

    private static Command Promote()
    {
        var (data, id) = (CommonOptions.Data(), Id());
        Option<bool> accept = new("--accept-loss")
        {
            Description = "The primary is down for sure, and what it may have acknowledged alone is given up.",
        };
        Command command = new("promote", "Make this site's copy primary by hand; only without a control plane.")
        {
            data, id, accept,
        };
        command.SetAction((arguments, cancel) => SendAsync(
            arguments.GetRequiredValue(data),
            HttpMethod.Post,
            $"/v1/volumes/{arguments.GetRequiredValue(id)}/promote",
            new PromoteByHandRequest(arguments.GetValue(accept)),
            cancel));
        return command;
    }

    private static Command Compare()
    {
        var (data, id, peer) = (CommonOptions.Data(), Id(), Peer(required: true));
        Option<int> ranges = new("--ranges") { Description = "Sample so many ranges of 1 MiB; 0 compares everything." };
        Command command = new("compare", "Compare digests with a standby while guests go on.") { data, id, peer, ranges };
        command.SetAction((arguments, cancel) => SiteId.TryParse(arguments.GetRequiredValue(peer), out var site)
            ? SendAsync(
                arguments.GetRequiredValue(data),
                HttpMethod.Post,
                $"/v1/volumes/{arguments.GetRequiredValue(id)}/compare",
                new CompareByHandRequest(site, arguments.GetValue(ranges)),
                cancel)
            : Usage($"--peer is {SiteId.Shape}"));
        return command;
    }

    private static Command Simple(string name, string description, string verb)
    {
        var (data, id) = (CommonOptions.Data(), Id());
        Command command = new(name, description) { data, id };
        command.SetAction((arguments, cancel) => SendAsync(
            arguments.GetRequiredValue(data), HttpMethod.Post, $"/v1/volumes/{arguments.GetRequiredValue(id)}/{verb}", null, cancel));
        return command;
    }

    public static Command Status()
    {
        var data = CommonOptions.Data();
        Command command = new("status", "Print the site's status document.") { data };
        command.SetAction((arguments, cancel) =>
            SendAsync(arguments.GetRequiredValue(data), HttpMethod.Get, "/v1/status", null, cancel));
        return command;
    }

    private static Option<string> Id() => new("--id") { Description = "The volume's id (vol_…).", Required = true };

    private static Option<string> Peer(bool required) => new("--peer") { Description = "The other site.", Required = required };

    private static Task<int> Usage(string what)
    {
        Console.Error.WriteLine(what);
        return Task.FromResult(2);
    }

    private static async Task<int> SendAsync(
        string data, HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var client = new AdminClient(data);
        var answer = await client.SendAsync(method, path, body, cancel);
        if (!answer.IsOk)
        {
            return CommonOptions.Refuse(answer.Refusal);
        }

        Console.WriteLine(JsonSerializer.Serialize(answer.Value, AdminClient.Json));
        return 0;
    }
}
