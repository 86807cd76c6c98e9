namespace Runbooks.ControlPlane.Storage;

/// <summary>The database's history of migrations is not this version's: starting would guess, so it does not.</summary>
public sealed class SchemaMismatchException(string message) : Exception(message);
