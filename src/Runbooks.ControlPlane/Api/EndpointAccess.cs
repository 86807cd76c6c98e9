using Runbooks.ControlPlane.Security;
using Runbooks.Domain.States;

namespace Runbooks.ControlPlane.Api;

internal static class EndpointAccess
{
    /// <summary>Who may call this endpoint, what it may answer beside success, and its name in the description.</summary>
    public static RouteHandlerBuilder Allow(
        this RouteHandlerBuilder endpoint, IReadOnlyList<AccessRole> roles, string name, string summary) => endpoint
        .WithMetadata(new AccessRequirement(roles))
        .WithName(name)
        .WithSummary(summary)
        .Produces<Problem>(401, "application/problem+json")
        .Produces<Problem>(403, "application/problem+json")
        .Produces<Problem>(409, "application/problem+json")
        .Produces<Problem>(422, "application/problem+json")
        .Produces<Problem>(503, "application/problem+json");

    public static RouteHandlerBuilder Open(this RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithMetadata(AccessRequirement.Open)
        .WithName(name)
        .WithSummary(summary);
}
