using System.Net.Security;

namespace Runbooks.Temporal.Client;

/// <summary>TLS of a connection. An empty instance means TLS with the machine's trusted roots.</summary>
public class TlsOptions : ICloneable
{
    /// <summary>PEM roots to trust instead of the machine's. Default null.</summary>
    public byte[]? ServerRootCACert { get; set; }

    /// <summary>Name to expect in the server's certificate. Default null: the target host.</summary>
    public string? Domain { get; set; }

    /// <summary>PEM client certificate for mutual TLS; needs <see cref="ClientPrivateKey"/>. Default null.</summary>
    public byte[]? ClientCert { get; set; }

    /// <summary>PEM private key of <see cref="ClientCert"/>. Default null.</summary>
    public byte[]? ClientPrivateKey { get; set; }

    /// <summary>True turns TLS off even where it would be on by default (with an API key). Default false.</summary>
    public bool Disabled { get; set; }

    /// <summary>Replaces the check of the server's certificate altogether. Default null. Not in the official
    /// package.</summary>
    public RemoteCertificateValidationCallback? ServerCertificateValidation { get; set; }

    public virtual object Clone() => MemberwiseClone();
}
