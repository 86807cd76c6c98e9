using Runbooks.Temporal.Client;
using Runbooks.Temporal.Transport;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class RpcBackoffTests
{
    private static readonly RpcRetryOptions Options = new();

    [Theory]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.Internal, true)]
    [InlineData(StatusCode.Unknown, true)]
    [InlineData(StatusCode.DataLoss, true)]
    [InlineData(StatusCode.Aborted, true)]
    [InlineData(StatusCode.OutOfRange, true)]
    [InlineData(StatusCode.ResourceExhausted, true)]
    [InlineData(StatusCode.InvalidArgument, false)]
    [InlineData(StatusCode.NotFound, false)]
    [InlineData(StatusCode.AlreadyExists, false)]
    [InlineData(StatusCode.PermissionDenied, false)]
    [InlineData(StatusCode.FailedPrecondition, false)]
    [InlineData(StatusCode.Unauthenticated, false)]
    [InlineData(StatusCode.Unimplemented, false)]
    [InlineData(StatusCode.DeadlineExceeded, false)]
    [InlineData(StatusCode.Cancelled, false)]
    public void Codes_AreRetriedAsTheOfficialCoreDoes(StatusCode code, bool retried) =>
        Assert.Equal(retried, RpcBackoff.IsRetryable(code, isLongPoll: false));

    [Theory]
    [InlineData(StatusCode.DeadlineExceeded)]
    [InlineData(StatusCode.Cancelled)]
    public void LongPolls_AlsoOutliveTheirOwnEnd(StatusCode code) =>
        Assert.True(RpcBackoff.IsRetryable(code, isLongPoll: true));

    [Fact]
    public void Delays_GrowToTheCap()
    {
        Assert.Equal(
            [100, 150, 225, 337.5],
            new[] { 1, 2, 3, 4 }.Select(attempt => Delay(StatusCode.Unavailable, attempt)));
        Assert.Equal(
            TimeSpan.FromSeconds(5),
            RpcBackoff.Next(Options, StatusCode.Unavailable, true, 40, TimeSpan.Zero, 0.5));
    }

    [Theory]
    [InlineData(0.0, 80)]
    [InlineData(0.5, 100)]
    [InlineData(1.0, 120)]
    public void Jitter_SpreadsAFifthToEachSide(double jitter, double milliseconds)
    {
        var delay = RpcBackoff.Next(Options, StatusCode.Unavailable, false, 1, TimeSpan.Zero, jitter);

        Assert.Equal(milliseconds, delay!.Value.TotalMilliseconds, tolerance: 0.01);
    }

    [Fact]
    public void OverloadedServer_IsGivenTime() =>
        Assert.Equal(1000, Delay(StatusCode.ResourceExhausted, 1));

    [Fact]
    public void Attempts_AreLimited_ExceptForLongPolls()
    {
        Assert.Null(RpcBackoff.Next(Options, StatusCode.Unavailable, false, 11, TimeSpan.Zero, 0.5));
        Assert.NotNull(RpcBackoff.Next(Options, StatusCode.Unavailable, true, 11, TimeSpan.Zero, 0.5));
    }

    [Fact]
    public void ElapsedTime_IsLimited_ExceptForLongPolls()
    {
        var late = TimeSpan.FromSeconds(9.95);

        Assert.Null(RpcBackoff.Next(Options, StatusCode.Unavailable, false, 1, late, 0.5));
        Assert.NotNull(RpcBackoff.Next(Options, StatusCode.Unavailable, true, 1, late, 0.5));
    }

    private static double Delay(StatusCode code, int attempt) =>
        RpcBackoff.Next(Options, code, false, attempt, TimeSpan.Zero, 0.5)!.Value.TotalMilliseconds;
}
