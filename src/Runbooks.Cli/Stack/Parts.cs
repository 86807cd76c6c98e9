namespace Runbooks.Cli.Stack;

/// <summary>
/// Where the product's other programs are: beside this one when
/// installed, in their build folders when run from source.
/// </summary>
internal static class Parts
{
    public static string ControlPlane => Find("Runbooks.ControlPlane");

    public static string SiteAgent => Find("Runbooks.SiteAgent");

    /// <summary>This program itself, for the load and guest processes of the demo.</summary>
    public static string Self => Path.Combine(AppContext.BaseDirectory, "Runbooks.Cli.dll");

    /// <summary>The shipped runbooks; null when they are not beside the program.</summary>
    public static string? Runbooks => Upwards("runbooks", Directory.Exists);

    private static string Find(string name)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        if (File.Exists(beside))
        {
            return beside;
        }

        // …/src/Runbooks.Cli/bin/Debug/net10.0/ → …/src/NAME/bin/Debug/net10.0/NAME.dll
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var source = framework.Parent?.Parent?.Parent?.Parent?.FullName ?? string.Empty;
        var built =
            Path.Combine(source, name, "bin", framework.Parent?.Name ?? string.Empty, framework.Name, name + ".dll");
        return File.Exists(built)
            ? built
            : throw new FileNotFoundException($"{name} was not found beside this program nor at {built}. Build the solution first.");
    }

    private static string? Upwards(string name, Func<string, bool> exists)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, name);
            if (exists(path) && File.Exists(Path.Combine(path, "failback.yaml")))
            {
                return path;
            }
        }

        return null;
    }
}
