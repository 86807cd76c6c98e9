namespace Runbooks.Tests;

/// <summary>Where the repository is, found from the running test's folder upwards.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>Runbooks.sln</c>.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Runbooks.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Tests run from inside the repository; Runbooks.sln was not found above them.");
    }
}
