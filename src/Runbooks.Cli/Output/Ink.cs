namespace Runbooks.Cli.Output;

/// <summary>Colour of states. Colour never says anything that the text does not.</summary>
internal static class Ink
{
    private static readonly Dictionary<string, string> Colours = new(StringComparer.Ordinal)
    {
        ["protected"] = Green, ["connected"] = Green, ["succeeded"] = Green, ["in-sync"] = Green, ["proven"] = Green,
        ["degraded"] = Yellow, ["catching-up"] = Yellow, ["setting-up"] = Yellow, ["asking"] = Yellow,
            ["requested"] = Yellow,
        ["paused"] = Yellow, ["unknown"] = Yellow, ["aborting"] = Yellow, ["running"] = Blue,
        ["not-protected"] = Red, ["unprotected"] = Red, ["failed"] = Red, ["aborted"] = Red, ["silent"] = Red,
            ["revoked"] = Red,
        ["invalid"] = Red, ["IRREVERSIBLE"] = Red,
    };

    private const string Green = "\e[32m";
    private const string Yellow = "\e[33m";
    private const string Red = "\e[31m";
    private const string Blue = "\e[34m";
    private const string Off = "\e[0m";

    /// <summary>Paints one cell; the padding after it stays outside the colour.</summary>
    public static string Paint(string cell, bool coloured) =>
        coloured && Colours.TryGetValue(cell.TrimEnd(), out var colour) ? $"{colour}{cell}{Off}" : cell;
}
