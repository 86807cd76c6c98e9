using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Audit;
using Runbooks.Audit.Bundle;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary><c>audit verify</c> and <c>audit export</c>. A bundle is verified here, without a control plane and
/// without trusting one.</summary>
internal static class AuditCommands
{
    public static Command Verify()
    {
        var file = new Argument<FileInfo?>("bundle")
        {
            HelpName = "FILE", Description = "A bundle of 'audit export', verified here; without it the control plane "
                + "verifies its own chain.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var anchors = new Option<FileInfo[]>("--anchors")
        {
            HelpName = "FILE",
                Description =
                    "A site's file of heads (DATA/audit/audit-anchors.jsonl of its agent); may be repeated. The bundle "
                + "must agree with what the site was given, whatever the control plane says.",
        };
        var command = new Command("verify",
            "Verify the whole chain and every signed head. Ends with 1 when it does not verify.") { file, anchors };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(file) is { } bundle)
            {
                return Tell(Session.PrinterOf(parsed), Offline(bundle, Heads(parsed.GetValue(anchors) ?? [])));
            }

            if (parsed.GetValue(anchors) is { Length: > 0 })
            {
                throw new UsageException("--anchors needs a bundle.\n  Cause: a file is compared with a file.\n"
                    + "  Correction: export one with "
                    + "'runbooks audit export FILE', then name both.");
            }

            using var session = Session.Open(parsed);
            return Tell(
                session.Printer, (await session.Api.PostAsync("/api/v1/audit/verify", new JsonObject(),
                    cancellationToken))!.AsObject());
        });
        return command;
    }

    public static Command Export()
    {
        var file = new Argument<string>("file") { HelpName = "FILE", Description = "Where the bundle goes." };
        var command = new Command("export", "One bundle that verifies with sha256sum and openssl alone.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var target = parsed.GetRequiredValue(file);
            var bytes = await session.Api.DownloadAsync("/api/v1/audit/export", cancellationToken);
            await File.WriteAllBytesAsync(target, bytes, cancellationToken);
            session.Printer.Say($"{Shape.Bytes(bytes.Length)} written to {target}. Verify it anywhere: runbooks audit "
                + $"verify {target}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static List<SignedHead> Heads(IEnumerable<FileInfo> files)
    {
        var heads = new List<SignedHead>();
        foreach (var file in files)
        {
            if (!file.Exists)
            {
                throw new UsageException(
                    $"There is no file {file}.\n  Correction: it lies in the data folder of a site's agent.");
            }

            heads.AddRange(new HeadFile(file.FullName).Read());
        }

        return heads;
    }

    private static JsonObject Offline(FileInfo file, List<SignedHead> anchors)
    {
        using var stream = file.OpenRead();
        ChainVerification result;
        try
        {
            result = AuditBundle.Read(stream).Verify(anchors);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or EndOfStreamException
            or System.Text.Json.JsonException or System.Security.Cryptography.CryptographicException
                or ArgumentException or KeyNotFoundException)
        {
            throw new UsageException($"{file} is not an audit bundle.\n  Cause: {e.Message}\n  Correction: export it "
                + $"again with 'runbooks audit export'.");
        }

        return new JsonObject
        {
            ["anchors"] = anchors.Count,
            ["verified"] = result.Verified, ["records"] = result.Records, ["headHash"] = result.HeadHash,
            ["signedThrough"] = result.SignedThrough, ["headsVerified"] = result.HeadsVerified,
                ["failure"] = result.Failure?.Name,
            ["sequence"] = result.Failure?.Sequence, ["message"] = result.Failure?.Message,
        };
    }

    private static int Tell(Printer printer, JsonObject result)
    {
        var verified = (bool?)result["verified"] == true;
        if (printer.Form != OutputForm.Table)
        {
            printer.Print(result, View.Plain);
        }
        else if (verified)
        {
            printer.Say($"VERIFIED: {result["records"]} records, {result["headsVerified"]} signed heads, signed "
                + $"through record {result["signedThrough"]}.");
            printer.Say($"head {result["headHash"]}");
            foreach (var site in result["anchors"] as JsonArray ?? [])
            {
                printer.Say($"site {site!["site"]} keeps {site["heads"]} heads, "
                    + $"the newest of record {site["sequence"]}: agrees");
            }

            if (result["anchors"] is JsonValue given && given.GetValue<int>() is > 0 and var count)
            {
                printer.Say($"{count} heads kept at sites were held against it.");
            }
        }
        else
        {
            printer.Say($"NOT VERIFIED: {result["failure"]} at record {result["sequence"]}. {result["message"]}");
        }

        return verified ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
