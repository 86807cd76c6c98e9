using System.Net;
using System.Text;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Exceptions;
using Runbooks.Workflows.Control;

namespace Runbooks.ControlPlane.Workers;

/// <summary>Calls to the outside world, and words to people.</summary>
public sealed class OutsideActivities(ChangeWriter changes, ControlPlaneOptions options) : IOutsideActivities, IDisposable
{
    private const int BodyBytesMax = 64 * 1024;

    private readonly HttpClient _http = OutsideAddress.Client(options.HttpAllow, TimeSpan.FromSeconds(100));

    [Activity]
    public async Task<HttpCallResult> CallHttpAsync(HttpCallRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Url);
        message.Headers.Add("Idempotency-Key", request.Key.ToString());
        if (request.Body is not null)
        {
            message.Content = new StringContent(request.Body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Cancel);
            var body = await ReadAsync(answer, Cancel);
            var status = (int)answer.StatusCode;
            return (request.ExpectStatus.Count == 0 ? answer.IsSuccessStatusCode : request.ExpectStatus.Contains(status))
                ? new HttpCallResult(status, body)
                : throw Unexpected(request, status);
        }
        catch (HttpRequestException fault) when (fault.InnerException is RefusalException refused)
        {
            throw new ApplicationFailureException(refused.Refusal.ToString(), refused.Refusal.Code, nonRetryable: true);
        }
    }

    [Activity]
    public Task NotifyAsync(NotifyRequest request) => changes.CommitAsync(async change =>
    {
        var made = await change.Connection.ExecuteAsync(
            "insert into control.alerts (id, severity, title, body, run) values (@id, @Severity, @Title, @Text, @Run) on conflict do nothing",
            new { id = request.Key.ToString(), request.Severity, request.Title, request.Text, request.Key.Run }, change.Transaction);
        if (made == 0)
        {
            return;
        }

        change.Record(new AuditEntry("alert.raised", AuditActor.System("workflow"), new AuditSubject("alert", request.Key.ToString()))
        {
            Run = request.Key.Run.StartsWith("run_", StringComparison.Ordinal) ? request.Key.Run : null,
            Data = new() { ["severity"] = request.Severity, ["title"] = request.Title },
        });
        change.Tell(new EventEntry("alert.raised", request.Key.ToString())
        {
            Run = request.Key.Run.StartsWith("run_", StringComparison.Ordinal) ? request.Key.Run : null,
            Data = new() { ["severity"] = request.Severity, ["title"] = request.Title, ["text"] = request.Text },
        });
    });

    public void Dispose() => _http.Dispose();

    // Retryable: a service that is coming up answers 503 first.
    private static ApplicationFailureException Unexpected(HttpCallRequest request, int status)
    {
        var right = request.ExpectStatus.Count == 0 ? "2xx" : string.Join(" or ", request.ExpectStatus);
        var refusal = new Refusal(
            "RB-HTTP-001", $"{request.Method} {request.Url} answered {status}.", $"The step expects {right}.",
            "Look at the called service, or correct the step's expect.");
        return new ApplicationFailureException(refusal.ToString(), refusal.Code);
    }

    private static CancellationToken Cancel => ActivityExecutionContext.Current.CancellationToken;

    private static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        var block = new byte[BodyBytesMax];
        var read = await stream.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(block, 0, read);
    }
}
