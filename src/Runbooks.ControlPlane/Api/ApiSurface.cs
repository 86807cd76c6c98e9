using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

/// <summary>Everything that is served over HTTP, and the order in which a request passes its gates.</summary>
internal static class ApiSurface
{
    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            ApiJson.Strict(json.SerializerOptions);
            // The agent's "request" discriminator may stand anywhere in its object.
            json.SerializerOptions.AllowOutOfOrderMetadataProperties = true;
        });
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddRateLimiter(RateLimits.Configure);
        services.AddRouting();
        Description.AddTo(services);
    }

    public static void Use(WebApplication app)
    {
        app.UseMiddleware<BrowserHeaders>();
        app.UseMiddleware<PeerOrigins>();
        app.UseMiddleware<FailureBoundary>();
        app.UseMiddleware<Emergency.EmergencyBoundary>();
        app.UseMiddleware<AgentGate>();
        app.Services.GetService<Hosting.EngineHost>()?.MountOn(app);
        Description.UsePage(app);
        ConsoleFiles.Use(app, app.Services.GetRequiredService<Hosting.ControlPlaneOptions>());
        app.UseRouting();
        app.UseRateLimiter();
        app.UseMiddleware<AccessGate>();
        app.UseMiddleware<IdempotencyGate>();
        AgentApi.Map(app);
        var api = app.MapGroup("/api/v1");
        HealthApi.Map(app);
        SitesApi.Map(api);
        TokensApi.Map(api);
        UsersApi.Map(api);
        SessionApi.Map(api);
        AccountApi.Map(api);
        OverviewApi.Map(api);
        SettingsApi.Map(api);
        AuditApi.Map(api);
        GroupsApi.Map(api);
        WorkloadsApi.Map(api);
        ProtectionsApi.Map(api);
        RunbooksApi.Map(api);
        RunbookDraftsApi.Map(api);
        ElsaApi.Map(api);
        RunsApi.Map(api);
        RunStoriesApi.Map(api);
        WorkloadTableApi.Map(api);
        EventsApi.Map(api);
        RecoveryPointsApi.Map(api);
        SchedulesApi.Map(api);
        CalendarApi.Map(api);
        DrillMonthApi.Map(api);
        VolumeMetricsApi.Map(api);
        ProtectCheckApi.Map(api);
        ConflictsApi.Map(api);
        ControlPlaneApi.Map(api);
        MetricsApi.Map(app);
        Emergency.EmergencyApi.Map(app);
        Description.Map(app);
    }
}
