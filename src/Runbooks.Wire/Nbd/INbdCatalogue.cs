namespace Runbooks.Wire.Nbd;

/// <summary>The exports one client may see, as the handshake needs them.</summary>
public interface INbdCatalogue
{
    /// <summary>
    /// The export of that name; the empty name means the default one. Null when there is none for this client.
    /// </summary>
    NbdExportFacts? Find(string name);

    /// <summary>All exports this client may see.</summary>
    IReadOnlyList<NbdExportFacts> List();
}
