namespace Runbooks.ControlPlane.Hosting;

/// <summary>What one process does.</summary>
[Flags]
public enum ControlPlaneRoles
{
    None = 0,

    /// <summary>REST, console, agents and the arbiter.</summary>
    Api = 1,

    /// <summary>The workflow worker and the control-side activities.</summary>
    Workflows = 2,

    /// <summary>The embedded workflow engine.</summary>
    Engine = 4,

    All = Api | Workflows | Engine,
}
