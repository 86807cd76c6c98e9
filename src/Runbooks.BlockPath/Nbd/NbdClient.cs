using System.Security.Cryptography.X509Certificates;

namespace Runbooks.BlockPath.Nbd;

/// <summary>Who is at the other end, as far as that is known.</summary>
/// <param name="Address">Peer address, or the path of the local socket.</param>
/// <param name="Certificate">Checked client certificate; null without TLS.</param>
public sealed record NbdClient(string Address, X509Certificate2? Certificate);
