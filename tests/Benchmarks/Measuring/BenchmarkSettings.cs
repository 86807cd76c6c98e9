namespace Runbooks.Tests.Benchmarks.Measuring;

/// <summary>What a run of the command was asked for.</summary>
internal sealed record BenchmarkSettings(
    int Seconds = 3, int Rounds = 3, int SizeMebibytes = 512, string Only = "");
