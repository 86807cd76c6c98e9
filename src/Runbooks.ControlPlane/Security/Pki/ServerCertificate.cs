using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Runbooks.ControlPlane.Security.Pki;

/// <summary>The listeners' certificate; made anew when a third of its life is left, without a restart.</summary>
public sealed class ServerCertificate(CertificateAuthority authority, IReadOnlyList<string> extraNames, TimeProvider clock)
    : IDisposable
{
    private readonly Lock _gate = new();
    private X509Certificate2? _current;

    public X509Certificate2 Current
    {
        get
        {
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                if (_current is null || now > _current.NotAfter - ((_current.NotAfter - _current.NotBefore) / 3))
                {
                    // The old one may still serve handshakes in flight; its last user's finalizer frees it.
                    _current = authority.IssueServer([.. LocalNames(), .. extraNames]);
                }

                return _current;
            }
        }
    }

    public void Dispose() => _current?.Dispose();

    private static IEnumerable<string> LocalNames()
    {
        yield return "localhost";
        yield return Dns.GetHostName();
        yield return "127.0.0.1";
        yield return "::1";
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .Where(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        foreach (var address in addresses)
        {
            yield return address.ToString();
        }
    }
}
