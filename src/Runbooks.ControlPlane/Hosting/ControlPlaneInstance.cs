using System.Reflection;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>This process, as the state page and the audit name it.</summary>
public sealed record ControlPlaneInstance(string Name)
{
    public static string Version { get; } =
        typeof(ControlPlaneInstance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "0";

    public static ControlPlaneInstance New() => new($"{Environment.MachineName}:{Environment.ProcessId}");
}
