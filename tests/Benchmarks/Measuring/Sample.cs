namespace Runbooks.Tests.Benchmarks.Measuring;

/// <summary>
/// One measurement of one contender. <see cref="CpuPerOperation"/> is what its server processes spent; not a number
/// where it was not taken.
/// </summary>
internal sealed record Sample(double PerSecond, TimeSpan P50, TimeSpan P99, TimeSpan? CpuPerOperation = null);

/// <summary>Someone who can be measured.</summary>
internal sealed record Contender(string Name, Func<Task<Sample>> MeasureAsync);
