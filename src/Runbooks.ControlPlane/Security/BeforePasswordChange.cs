namespace Runbooks.ControlPlane.Security;

/// <summary>Endpoint metadata: may be called while an administrator's temporary password is still in place.</summary>
internal sealed record BeforePasswordChange;
