using System.Net.Http.Json;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.SiteAgent.Enrolment;

namespace Runbooks.SiteAgent.Arbiter;

/// <summary>Asks the control planes in turn; the one that answered last is asked first the next time.</summary>
/// <remarks>
/// An answer of any of them counts, because they share one row; silence of one moves on to the next. A request may be sent twice:
/// the arbiter knows it by its id.
/// </remarks>
internal sealed class ArbiterClient(Func<(HttpClient Http, IReadOnlyList<string> Addresses)> connection) : ISiteArbiter
{
    private int first;

    public async Task<ArbiterAnswer?> AskAsync(ArbiterRequest request, CancellationToken cancellation)
    {
        var (http, addresses) = connection();
        for (var i = 0; i < addresses.Count; i++)
        {
            var turn = (first + i) % addresses.Count;
            try
            {
                using var answer = await http.PostAsync(
                    new Uri(new Uri(addresses[turn]), "/agent/v1/arbiter"),
                    JsonContent.Create<ArbiterRequest>(request),
                    cancellation);
                var read = await ControlPlaneHttp.ReadAsync<ArbiterAnswer>(answer, cancellation);
                first = turn;
                return read.IsOk ? read.Value : new ArbiterAnswer(false, null, read.Refusal);
            }
            catch (Exception e) when (e is HttpRequestException or Fault or TaskCanceledException)
            {
                // This one is silent or broken: the next address may be the living one.
                if (cancellation.IsCancellationRequested)
                {
                    return null;
                }
            }
        }

        return null;
    }
}
