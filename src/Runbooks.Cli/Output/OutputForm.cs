namespace Runbooks.Cli.Output;

/// <summary>How an answer is printed.</summary>
internal enum OutputForm
{
    /// <summary>For people: aligned columns.</summary>
    Table,

    /// <summary>The API's answer as it came, indented.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,

    /// <summary>Only the name of each thing, one per line: for scripts.</summary>
    Name,
}
