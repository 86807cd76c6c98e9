namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// Decides per client and export. An export a client may not use does
/// not exist for it: it is neither listed nor found.
/// </summary>
public interface INbdAuthorizer
{
    bool MayUse(NbdClient client, NbdExport export);
}
