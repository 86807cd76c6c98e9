namespace Runbooks.Cli.Demo;

/// <summary>What the demo was asked for.</summary>
/// <param name="Image">The user's own raw image; null makes one of this machine's files.</param>
/// <param name="InPlace">True works on the image itself instead of a copy.</param>
/// <param name="Report">Folder that keeps reports, audit and <c>demo.json</c>; null keeps nothing.</param>
/// <param name="Temporal">A real Temporal server in place of the embedded engine.</param>
/// <param name="Keep">True leaves the stack running at the end until Ctrl-C.</param>
/// <param name="Folder">Working folder; null takes a temporary one that is removed.</param>
internal sealed record DemoOptions(string? Image, bool InPlace, string? Report, string? Temporal, bool Keep,
    string? Folder);
