namespace Runbooks.ControlPlane.Hosting;

/// <summary>What the composition root adds to a control plane: parts that this room may not refer to by itself.</summary>
public interface IControlPlaneExtension
{
    void AddServices(IServiceCollection services, ControlPlaneOptions options, string connectionString);

    /// <summary>Maps what is served beside the REST interface; calls on the agent port have passed the agent gate.</summary>
    void Use(WebApplication app, ControlPlaneOptions options);
}
