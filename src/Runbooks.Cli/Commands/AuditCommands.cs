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
        var command = new Command("verify",
            "Verify the whole chain and every signed head. Ends with 1 when it does not verify.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(file) is { } bundle)
            {
                return Tell(Session.PrinterOf(parsed), Offline(bundle));
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

    private static JsonObject Offline(FileInfo file)
    {
        using var stream = file.OpenRead();
        ChainVerification result;
        try
        {
            result = AuditBundle.Read(stream).Verify();
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or EndOfStreamException
            or System.Text.Json.JsonException or System.Security.Cryptography.CryptographicException or ArgumentException or KeyNotFoundException)
        {
            throw new UsageException($"{file} is not an audit bundle.\n  Cause: {e.Message}\n  Correction: export it "
                + $"again with 'runbooks audit export'.");
        }

        return new JsonObject
        {
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
        }
        else
        {
            printer.Say($"NOT VERIFIED: {result["failure"]} at record {result["sequence"]}. {result["message"]}");
        }

        return verified ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
