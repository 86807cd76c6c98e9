namespace Runbooks.BlockPath.Nbd;

/// <summary>Told what happens at the server's door, on session threads: must be quick and must not throw.</summary>
public interface INbdObserver
{
    void SessionOpened(NbdClient client, NbdExport export);

    void SessionEnded(NbdClient client, NbdExport export);

    /// <summary>
    /// The client broke the protocol or its certificate was refused. Clients that just leave are not reported.
    /// </summary>
    void HandshakeFailed(NbdClient client, string reason);
}
