using System.Net;
using Temporalio.Api.ErrorDetails.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Transport;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class GrpcHeaderTests
{
    [Theory]
    [InlineData("plain text: stays", "plain text: stays")]
    [InlineData("100%", "100%25")]
    [InlineData("line\nbreak", "line%0Abreak")]
    [InlineData("Zürich ☃", "Z%C3%BCrich %E2%98%83")]
    public void PercentEncoding_RoundTrips(string text, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("50% done", "50% done")]
    [InlineData("%zz", "%zz")]
    [InlineData("end%4", "end%4")]
    [InlineData("end%", "end%")]
    [InlineData("ü %41", "ü A")]
    public void PercentDecoding_LeavesMalformedEscapesAsTheyAre(string text, string decoded) =>
        Assert.Equal(decoded, PercentEncoding.Decode(text));

    [Theory]
    [InlineData(30, "30000000u")]
    [InlineData(99, "99000000u")]
    [InlineData(100, "100000m")]
    [InlineData(200_000, "200000S")]
    [InlineData(0, "1u")]
    [InlineData(-5, "1u")]
    public void Timeout_HasAtMostEightDigits(int seconds, string header) =>
        Assert.Equal(header, GrpcTimeout.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Timeout_OfADecade_StillFits() =>
        Assert.Equal("5256000M", GrpcTimeout.Format(TimeSpan.FromDays(3650)));

    [Fact]
    public void Status_IsReadWithItsTypedDetail()
    {
        var status = new Google.Rpc.Status { Code = 6, Message = "taken" };
        status.Details.Add(Any.Pack(new WorkflowExecutionAlreadyStartedFailure { RunId = "r" }));
        using var response = new HttpResponseMessage();
        response.Headers.Add("grpc-status", "6");
        response.Headers.Add("grpc-message", "taken%3F");
        response.Headers.Add("grpc-status-details-bin", Convert.ToBase64String(status.ToByteArray()).TrimEnd('='));

        var error = GrpcStatusReader.Read(response.Headers, out var present)!;

        Assert.True(present);
        Assert.Equal(StatusCode.AlreadyExists, error.Code);
        Assert.Equal("taken?", error.Message);
        Assert.Equal("r", error.GetDetail<WorkflowExecutionAlreadyStartedFailure>()!.RunId);
        Assert.Null(error.GetDetail<QueryFailedFailure>());
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("5", StatusCode.NotFound)]
    [InlineData("99", StatusCode.Unknown)]
    [InlineData("nonsense", StatusCode.Unknown)]
    public void Status_CodesAreRead(string header, StatusCode? code)
    {
        using var response = new HttpResponseMessage();
        response.Headers.Add("grpc-status", header);

        Assert.Equal(code, GrpcStatusReader.Read(response.Headers, out _)?.Code);
    }

    [Fact]
    public void Details_ThatAreMalformed_DoNotHideTheStatus()
    {
        using var response = new HttpResponseMessage();
        response.Headers.Add("grpc-status", "13");
        response.Headers.Add("grpc-status-details-bin", "!!!");

        var error = GrpcStatusReader.Read(response.Headers, out _)!;

        Assert.Equal(StatusCode.Internal, error.Code);
        Assert.Null(error.GrpcStatus.Value);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.Unauthorized, StatusCode.Unauthenticated)]
    [InlineData(HttpStatusCode.NotFound, StatusCode.Unimplemented)]
    [InlineData(HttpStatusCode.OK, StatusCode.Unknown)]
    public void AnswerOfAProxy_IsMappedToACode(HttpStatusCode http, StatusCode code) =>
        Assert.Equal(code, GrpcStatusReader.FromHttp(http).Code);
}
