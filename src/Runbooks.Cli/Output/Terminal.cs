namespace Runbooks.Cli.Output;

/// <summary>What the other end of our output and input is.</summary>
internal static class Terminal
{
    /// <summary>True when a person watches, so that lines may be drawn over.</summary>
    public static bool Watches(TextWriter output) => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>True when a person can be asked.</summary>
    public static bool CanAsk => !Console.IsInputRedirected;

    /// <summary>NO_COLOR of no-color.org: present and not empty means none.</summary>
    public static bool Colours(TextWriter output) => Watches(output)
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
