namespace Runbooks.ControlPlane.Storage;

/// <summary>The private database cannot be had; says why and what the operator types to mend it.</summary>
/// <remarks>Carries a refusal's four parts so the host prints it without a stack trace and the API maps it to 503.</remarks>
public sealed class ClusterUnavailableException : Exception
{
    public ClusterUnavailableException(string code, string message, string cause, string correction, Exception? inner = null)
        : base($"{code}: {message} Cause: {cause} Correction: {correction}", inner)
    {
        Code = code;
        Cause = cause;
        Correction = correction;
    }

    public string Code { get; }

    public string Cause { get; }

    public string Correction { get; }
}
