namespace Runbooks.ControlPlane.Runs;

/// <summary>A run that holds a group.</summary>
public sealed record GroupHolder(string Run, string Kind, string State, DateTime Since)
{
    public override string ToString() =>
        $"run {Run} ({Kind}, {State}) since {Since.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC";
}
