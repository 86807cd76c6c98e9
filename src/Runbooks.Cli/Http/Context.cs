using System.Text.Json;

namespace Runbooks.Cli.Http;

/// <summary>Which control plane a command talks to, and as whom.</summary>
/// <param name="Addresses">Every API address, tried in order: the command works when the first is dead.</param>
/// <param name="Token">Bearer token.</param>
/// <param name="Authority">File with the certificate authority to trust for https addresses; null trusts the
/// system's.</param>
internal sealed record Context(IReadOnlyList<string> Addresses, string Token, string? Authority = null)
{
    /// <summary>Where <c>up</c> leaves the context and later commands look for it: RUNBOOKS_CONTEXT, else the folder of
    /// the user's configuration.</summary>
    public static string StoredFile => Environment.GetEnvironmentVariable("RUNBOOKS_CONTEXT") is { Length: > 0 } file
        ? Path.GetFullPath(file)
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } home
                ? home
                : Path.Combine(
                    Environment.GetFolderPath(
                        Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
                    ".config"),
            "runbooks",
            "context.json");

    /// <summary>Command line before environment before file.</summary>
    public static Context? Find(string[] addresses, string? tokenFile, string? authority = null)
    {
        var stored = Read(StoredFile);
        var chosen = addresses.Length > 0 ? addresses
            : Environment.GetEnvironmentVariable("RUNBOOKS_API") is { Length: > 0 } api ? api.Split(',')
            : stored?.Addresses;
        var token = tokenFile is not null ? File.ReadAllText(tokenFile).Trim()
            : Environment.GetEnvironmentVariable("RUNBOOKS_TOKEN") is { Length: > 0 } given ? given
            : stored?.Token;
        var trusted =
            authority ?? (Environment.GetEnvironmentVariable("RUNBOOKS_CA") is { Length: > 0 } ca ? ca : stored?.Authority);
        return chosen is null || token is null ? null : new Context([.. chosen], token, trusted);
    }

    /// <summary>Stores the context for the owner's eyes only: it holds a token.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var stream = new FileStream(path, options);
        JsonSerializer.Serialize(stream, this);
    }

    private static Context? Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<Context>(File.ReadAllText(path)) : null;
}
