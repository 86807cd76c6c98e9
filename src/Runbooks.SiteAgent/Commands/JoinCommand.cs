using System.CommandLine;
using System.Net.Http.Json;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.SiteAgent.Enrolment;
using Runbooks.SiteAgent.Host;

namespace Runbooks.SiteAgent.Commands;

/// <summary><c>join</c>: makes a key, gets a certificate for it with a one-time token, and stores both.</summary>
internal static class JoinCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        Option<string> controlPlane = new("--control-plane")
        {
            Description = "Address of the control plane's agent port.", HelpName = "URL", Required = true,
        };
        Option<string> token = new("--token") { Description = "One-time token of this site.", Required = true };
        Option<string> fingerprint = new("--ca-fingerprint")
        {
            Description = "SHA-256 of the control plane's authority, as it printed it.", HelpName = "HEX", Required = true,
        };
        Option<string> site = new("--site") { Description = "Name of this site.", Required = true };
        Command command = new("join", "Enrol this site's agent with a control plane.")
        {
            data, controlPlane, token, fingerprint, site,
        };
        command.SetAction((arguments, cancel) => RunAsync(
            arguments.GetRequiredValue(data),
            arguments.GetRequiredValue(controlPlane),
            arguments.GetRequiredValue(token),
            arguments.GetRequiredValue(fingerprint),
            arguments.GetRequiredValue(site),
            cancel));
        return command;
    }

    // Asked before the token is used: it works once, and an answer that cannot be stored would cost it.
    private static Refusal? CannotStore(string data)
    {
        const int roomBytes = 64 * 1024;
        var folder = Path.GetFullPath(data);
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, "join.probe");
            DurableText.Replace(probe, new string(' ', roomBytes));
            File.Delete(probe);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Fault)
        {
            return new Refusal(
                "RB-AGENT-115", $"The agent's credentials could not be stored in '{folder}'.", e.Message,
                "Free space there or give this user the right to write, then repeat with the same token.");
        }
    }

    private static async Task<int> RunAsync(
        string data, string controlPlane, string token, string fingerprint, string siteText, CancellationToken cancel)
    {
        if (!SiteId.TryParse(siteText, out var site))
        {
            return CommonOptions.Refuse(new Refusal(
                "RB-AGENT-102", $"'{siteText}' is no site name.", $"It is not {SiteId.Shape}.", "Correct --site."));
        }

        if (!Uri.TryCreate(controlPlane, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
        {
            return CommonOptions.Refuse(new Refusal(
                "RB-AGENT-113", $"'{controlPlane}' is no address of a control plane.", "It is not https://HOST:PORT.", "Correct --control-plane."));
        }

        var (key, request) = CertificateRequests.New(site);
        using (key)
        {
            try
            {
                using var authority = await ControlPlaneHttp.FetchAuthorityAsync(address, fingerprint, cancel);
                if (CannotStore(data) is { } full)
                {
                    return CommonOptions.Refuse(full);
                }

                using var http = ControlPlaneHttp.CreateTrusting(authority);
                using var answer = await http.PostAsJsonAsync(
                    new Uri(address, "/agent/v1/enrol"), new EnrolRequest(site, token, request), cancel);
                var enrolled = await ControlPlaneHttp.ReadAsync<EnrolAnswer>(answer, cancel);
                if (!enrolled.IsOk)
                {
                    return CommonOptions.Refuse(enrolled.Refusal);
                }

                var stored = CredentialStore.Store(Path.Combine(data, "credentials"), key, enrolled.Value);
                Console.WriteLine(
                    $"site {site} has joined; certificate valid until {stored.Current.Own.NotAfter.ToUniversalTime():O}");
                return 0;
            }
            catch (Exception e) when (e is HttpRequestException or Fault or IOException or System.Security.Cryptography.CryptographicException)
            {
                return CommonOptions.Refuse(new Refusal(
                    "RB-AGENT-114",
                    "The control plane cannot be reached, or is not the one with this fingerprint.",
                    e.InnerException?.Message ?? e.Message,
                    "Check the address and compare the fingerprint with what the control plane printed."));
            }
        }
    }
}
