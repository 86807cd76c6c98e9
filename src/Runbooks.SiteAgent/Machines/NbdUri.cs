namespace Runbooks.SiteAgent.Machines;

/// <summary>NBD addresses in the form that every NBD tool takes.</summary>
internal static class NbdUri
{
    /// <summary><c>nbd://host:port/export</c> or <c>nbd+unix:///export?socket=path</c>.</summary>
    public static string Of(string address, string export) =>
        address.StartsWith("unix:", StringComparison.Ordinal)
            ? $"nbd+unix:///{Uri.EscapeDataString(export)}?socket={address["unix:".Length..]}"
            : $"nbd://{address}/{Uri.EscapeDataString(export)}";
}
