using System.Globalization;
using Runbooks.Definitions.Kinds;

namespace Runbooks.Definitions.Elsa;

/// <summary>How our words are written in Elsa's JSON, and back.</summary>
internal static class ElsaWords
{
    public const string Prefix = "Dr.";
    public const string Block = "Dr.Block";
    public const string Flowchart = "Elsa.Flowchart";
    public const string Done = "Done";
    public const string In = "In";

    /// <summary>Key of our own part in <c>customProperties</c>, for everything that Elsa has no place for.</summary>
    public const string Own = "runbook";

    private static readonly HashSet<string> Members = new(StringComparer.Ordinal)
    {
        "id", "nodeId", "name", "type", "version", "metadata", "customProperties", "body", "activities", "connections",
        "variables", "runAsynchronously", "canStartWorkflow",
    };

    private static readonly Dictionary<string, string> Kinds = StepLibrary.All.ToDictionary(
        k => TypeOf(k.Name), k => k.Name, StringComparer.Ordinal);

    /// <summary><c>site.confirm-down</c> is <c>Dr.SiteConfirmDown</c>.</summary>
    public static string TypeOf(string kind) => Prefix + string.Concat(
        kind.Split('.', '-').Where(w => w.Length > 0).Select(
            w => char.ToUpper(w[0], CultureInfo.InvariantCulture) + w[1..]));

    public static string? KindOf(string type) => Kinds.GetValueOrDefault(type);

    public static IReadOnlyList<string> Types { get; } = [.. Kinds.Keys.Append(Block).Order(StringComparer.Ordinal)];

    /// <summary>A setting whose name Elsa uses itself is written with a prefix: <c>body</c> is
    /// <c>withBody</c>.</summary>
    public static string InputOf(string setting) => Members.Contains(setting) || SettingOf(setting) != setting
        ? $"with{char.ToUpper(setting[0], CultureInfo.InvariantCulture)}{setting[1..]}"
        : setting;

    public static string SettingOf(string input)
    {
        const string prefix = "with";
        if (input.Length <= prefix.Length || !input.StartsWith(prefix, StringComparison.Ordinal) || !char.IsUpper(
            input[4]))
        {
            return input;
        }

        var bare = char.ToLower(input[4], CultureInfo.InvariantCulture) + input[5..];
        return Members.Contains(bare) || bare.StartsWith(prefix, StringComparison.Ordinal) ? bare : input;
    }

    public static bool IsMember(string name) => Members.Contains(name);
}
