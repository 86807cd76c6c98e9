using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary>One value a verb takes from the command line into its request.</summary>
/// <param name="Key">Member of the body, or of the query for verbs that read.</param>
internal sealed record Field(string Key, string Says, Form Form)
{
    public bool Required { get; init; }

    /// <summary>True takes it as an argument by place, false as an option.</summary>
    public bool ByPlace { get; init; }

    /// <summary>Option name where it is not the key in kebab-case.</summary>
    public string? Option { get; init; }

    public string OptionName => "--" + (Option ?? string.Concat(
        Key.Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}")));
}

/// <summary>
/// One command over one request. Nouns are lists of these; <see cref="VerbCommand"/> makes the commands. What needs
/// more than one request, a
/// question or a file has a class of its own.
/// </summary>
/// <param name="Path">Below /api/v1; each {name} in it is an argument.</param>
internal sealed record Verb(string Name, string Says, HttpMethod Method, string Path)
{
    public IReadOnlyList<Field> Fields { get; init; } = [];

    /// <summary>Members that are always sent, whatever the command line says.</summary>
    public IReadOnlyList<(string Key, object Value)> Always { get; init; } = [];

    public View View { get; init; } = View.Plain;

    /// <summary>Said when it worked and the API answers without content. {name} stands for the argument.</summary>
    public string? Done { get; init; }

    /// <summary>The name must be typed, or given with --yes: what it does cannot be taken back.</summary>
    public bool AsksName { get; init; }

    /// <summary>Where the answer has the id of the run it started; gives the verb --wait and --timeout.</summary>
    public string? RunAt { get; init; }

    /// <summary>For a thing the API only lists: reads the list and takes the one whose <see cref="View"/> name is the
    /// argument.</summary>
    public bool PicksFromList { get; init; }

    /// <summary>Whether it only reads: it has --watch then, and no --dry-run.</summary>
    public bool Reads => Method == HttpMethod.Get;

    /// <summary>Whether it reads a list: it has --limit then, and follows pages.</summary>
    public bool Lists => Reads && !PicksFromList && !Path.Contains('{', StringComparison.Ordinal)
        && Name is "list" or "versions" or "steps" or "decisions";

    public IEnumerable<string> Places => PicksFromList
        ? [View.Name]
        : Path.Split('/').Where(p => p.StartsWith('{')).Select(p => p.Trim('{', '}'));
}

/// <summary>A noun with its verbs and the example that its help shows.</summary>
internal sealed record Noun(string Name, string Says, string Example, params Verb[] Verbs);
