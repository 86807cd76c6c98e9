using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class FailureConverterTests
{
    private static readonly DefaultPayloadConverter Payloads = new();
    private readonly DefaultFailureConverter converter = new();

    public static TheoryData<string> Kinds => [.. Samples().Keys];

    [Theory, MemberData(nameof(Kinds))]
    public void ReceivedFailure_SentOn_IsTheSameFailure(string kind)
    {
        var received = Samples()[kind];

        var sentOn = converter.ToFailure(converter.ToException(received, Payloads), Payloads);

        Assert.Equal(received, sentOn);
    }

    [Theory]
    [InlineData("application", typeof(ApplicationFailureException))]
    [InlineData("timeout", typeof(TimeoutFailureException))]
    [InlineData("canceled", typeof(CanceledFailureException))]
    [InlineData("terminated", typeof(TerminatedFailureException))]
    [InlineData("server", typeof(ServerFailureException))]
    [InlineData("reset", typeof(ApplicationFailureException))]
    [InlineData("activity", typeof(ActivityFailureException))]
    [InlineData("child", typeof(ChildWorkflowFailureException))]
    [InlineData("nexus operation", typeof(NexusOperationFailureException))]
    [InlineData("nexus handler", typeof(NexusHandlerFailureException))]
    [InlineData("bare", typeof(FailureException))]
    public void Failure_BecomesTheExceptionOfItsKind(string kind, System.Type expected)
    {
        var exception = converter.ToException(Samples()[kind], Payloads);

        Assert.IsType(expected, exception);
        Assert.Equal("message of " + kind, exception.Message);
        Assert.Equal("at far away", exception.StackTrace);
    }

    [Fact]
    public void ApplicationFailure_RoundTripsEveryField()
    {
        var thrown = new ApplicationFailureException(
            "m", new InvalidOperationException("inner"), "T", true, ["d", 2], TimeSpan.FromSeconds(3),
            ApplicationErrorCategory.Benign);

        var failure = converter.ToFailure(thrown, Payloads);
        var read = Assert.IsType<ApplicationFailureException>(converter.ToException(failure, Payloads));

        Assert.Equal("m", read.Message);
        Assert.Equal("T", read.ErrorType);
        Assert.True(read.NonRetryable);
        Assert.Equal("d", read.Details.ElementAt<string>(0));
        Assert.Equal(2, read.Details.ElementAt<int>(1));
        Assert.Equal(TimeSpan.FromSeconds(3), read.NextRetryDelay);
        Assert.Equal(ApplicationErrorCategory.Benign, read.Category);
        var inner = Assert.IsType<ApplicationFailureException>(read.InnerException);
        Assert.Equal("InvalidOperationException", inner.ErrorType);
        Assert.NotEmpty(failure.Source);
    }

    [Fact]
    public void ActivityFailure_TellsWhichActivityAndWhy()
    {
        var read = Assert.IsType<ActivityFailureException>(converter.ToException(Samples()["activity"], Payloads));

        Assert.Equal("Seal", read.ActivityType);
        Assert.Equal("7", read.ActivityId);
        Assert.Equal("agent", read.Identity);
        Assert.Equal(RetryState.MaximumAttemptsReached, read.RetryState);
        Assert.IsType<TimeoutFailureException>(read.InnerException);
    }

    [Fact]
    public void EncodedCommonAttributes_HideMessageAndStack_AndComeBack()
    {
        var hiding = new DefaultFailureConverter.WithEncodedCommonAttributes();
        var thrown = Thrown(new ApplicationFailureException("secret", new ArgumentException("also secret")));

        var failure = hiding.ToFailure(thrown, Payloads);
        var read = converter.ToException(failure, Payloads);

        Assert.Equal("Encoded failure", failure.Message);
        Assert.Empty(failure.StackTrace);
        Assert.Equal("Encoded failure", failure.Cause.Message);
        Assert.Equal("secret", read.Message);
        Assert.Contains(nameof(Thrown), read.StackTrace, StringComparison.Ordinal);
        Assert.Equal("also secret", read.InnerException!.Message);
    }

    [Fact]
    public void EncodedFailure_SentOn_StaysEncoded()
    {
        var hiding = new DefaultFailureConverter.WithEncodedCommonAttributes();
        var received = converter.ToException(
            hiding.ToFailure(new ApplicationFailureException("secret"), Payloads), Payloads);

        var sentOn = converter.ToFailure(received, Payloads);

        Assert.Equal("Encoded failure", sentOn.Message);
        Assert.NotNull(sentOn.EncodedAttributes);
    }

    [Fact]
    public async Task Codec_ReachesEveryPayloadOfTheChain()
    {
        var data = DataConverter.Default with
        {
            PayloadCodec = new MarkingCodec(),
            FailureConverter = new DefaultFailureConverter.WithEncodedCommonAttributes(),
        };
        var thrown = new ApplicationFailureException(
            "outer", new CanceledFailureException("inner", ["detail"]), details: ["detail"]);

        var failure = await data.ToFailureAsync(thrown);
        var read = await data.ToExceptionAsync(failure);

        Payload?[] all =
        [
            failure.EncodedAttributes,
            failure.ApplicationFailureInfo.Details.Payloads_[0],
            failure.Cause.EncodedAttributes,
            failure.Cause.CanceledFailureInfo.Details.Payloads_[0],
        ];
        Assert.All(all, payload => Assert.Equal(MarkingCodec.Mark, payload!.Data[0]));
        Assert.Equal("outer", read.Message);
        Assert.Equal("detail", ((CanceledFailureException)read.InnerException!).Details.ElementAt<string>(0));
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static Dictionary<string, Failure> Samples()
    {
        var details = new Payloads { Payloads_ = { Payloads.ToPayload("progress") } };
        var samples = new Dictionary<string, Failure>
        {
            ["application"] = new()
            {
                ApplicationFailureInfo = new()
                {
                    Type = "T",
                    NonRetryable = true,
                    Details = details,
                    NextRetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
                    Category = ApplicationErrorCategory.Benign,
                },
            },
            ["timeout"] = new()
            {
                TimeoutFailureInfo = new() { TimeoutType = TimeoutType.Heartbeat, LastHeartbeatDetails = details },
            },
            ["canceled"] = new() { CanceledFailureInfo = new() { Details = details, Identity = "who" } },
            ["terminated"] = new() { TerminatedFailureInfo = new() { Identity = "who" } },
            ["server"] = new() { ServerFailureInfo = new() { NonRetryable = true } },
            ["reset"] = new() { ResetWorkflowFailureInfo = new() { LastHeartbeatDetails = details } },
            ["activity"] = new()
            {
                ActivityFailureInfo = new()
                {
                    ScheduledEventId = 5,
                    StartedEventId = 6,
                    Identity = "agent",
                    ActivityType = new() { Name = "Seal" },
                    ActivityId = "7",
                    RetryState = RetryState.MaximumAttemptsReached,
                },
                Cause = new()
                {
                    Message = "late",
                    TimeoutFailureInfo = new() { TimeoutType = TimeoutType.StartToClose },
                },
            },
            ["child"] = new()
            {
                ChildWorkflowExecutionFailureInfo = new()
                {
                    Namespace = "default",
                    WorkflowExecution = new() { WorkflowId = "w", RunId = "r" },
                    WorkflowType = new() { Name = "Drill" },
                    InitiatedEventId = 8,
                    StartedEventId = 9,
                    RetryState = RetryState.NonRetryableFailure,
                },
            },
            ["nexus operation"] = new()
            {
                NexusOperationExecutionFailureInfo = new() { Endpoint = "e", Service = "s", Operation = "o" },
            },
            ["nexus handler"] = new() { NexusHandlerFailureInfo = new() { Type = "INTERNAL" } },
            ["bare"] = new(),
        };
        foreach (var (kind, failure) in samples)
        {
            failure.Message = "message of " + kind;
            failure.StackTrace = "at far away";
            failure.Source = "Elsewhere";
        }

        return samples;
    }

    private sealed class MarkingCodec : IPayloadCodec
    {
        public const byte Mark = 0xFE;

        public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
            Map(payloads, data => ByteString.CopyFrom([Mark, .. data]));

        public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) =>
            Map(payloads, data => ByteString.CopyFrom(data.Span[1..]));

        private static Task<IReadOnlyCollection<Payload>> Map(
            IReadOnlyCollection<Payload> payloads, Func<ByteString, ByteString> map) =>
            Task.FromResult<IReadOnlyCollection<Payload>>(payloads.Select(payload =>
            {
                var copy = payload.Clone();
                copy.Data = map(payload.Data);
                return copy;
            }).ToArray());
    }
}
