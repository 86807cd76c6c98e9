namespace Runbooks.BlockPath.Storage;

/// <summary>
/// Names the present run of the kernel: as long as it is the same, the page cache has forgotten nothing.
/// </summary>
public static class BootId
{
    /// <summary>Linux makes a random id at every boot; containers see the host's.</summary>
    public const string KernelFile = "/proc/sys/kernel/random/boot_id";

    private const int LengthMax = 128;

    /// <summary>The id; empty when the file cannot be read: then a power cut is taken for a kill.</summary>
    public static string Read(string file, Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        try
        {
            var id = File.ReadAllText(file).Trim();
            if (id.Length is > 0 and <= LengthMax)
            {
                return id;
            }

            log($"{file} holds no boot id: after a power cut nothing un-flushed is fetched from a standby");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log($"no boot id ({e.Message}): after a power cut nothing un-flushed is fetched from a standby");
        }

        return string.Empty;
    }
}
