namespace Runbooks.Engine.Machines;

/// <summary>What a reset does not carry over to the new run.</summary>
public readonly record struct ResetExclusions(bool Signals, bool Updates, bool CancelRequest);
