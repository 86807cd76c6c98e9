using Runbooks.Audit;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Projection;
using Runbooks.ControlPlane.Recording;
using Runbooks.ControlPlane.Reports;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;
using Runbooks.ControlPlane.Workers;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>Every part of a control plane and, by role, its background work.</summary>
internal static class Parts
{
    public static void Add(IServiceCollection services, ControlPlaneOptions options, string chain)
    {
        services.AddSingleton<AuditReader>().AddSingleton<AuditOffice>().AddSingleton<AnchorDesk>()
            .AddSingleton<EventLog>().AddSingleton<DenyList>()
            .AddSingleton<TokenStore>().AddSingleton<SessionStore>().AddSingleton<SignInDesk>().AddSingleton<SecondFactors>()
            .AddSingleton<Enrolment>().AddSingleton<VolumeHistory>().AddSingleton<SiteBoard>()
            .AddSingleton<ArbiterDesk>()
            .AddSingleton<Addresses>().AddScoped<Call>();
        services.AddSingleton<InventoryStore>().AddSingleton<InventoryViews>().AddSingleton<SettingsStore>()
            .AddSingleton<OverviewDesk>().AddSingleton<GroupPictures>()
            .AddSingleton<PointInputs>().AddSingleton<RemovalFacts>()
            .AddSingleton<RunPlanner>().AddSingleton<RunRows>().AddSingleton<RunSearch>()
            .AddSingleton<RunStories>().AddSingleton<RunDesk>().AddSingleton<ReportDesk>()
            .AddSingleton<EngineLink>();
        services.AddSingleton(p => new Leadership(
            p.GetRequiredService<Database>(), p.GetRequiredService<ChangeWriter>(), chain,
            p.GetRequiredService<ControlPlaneInstance>().Name, p.GetRequiredService<ILogger<Leadership>>()));
        services.AddHostedService(p => p.GetRequiredService<Leadership>());
        services.AddHostedService<HeadKeeper>();
        if (options.Roles.HasFlag(ControlPlaneRoles.Engine) && options.Temporal is null)
        {
            services.AddSingleton<EngineHost>().AddHostedService(p => p.GetRequiredService<EngineHost>());
        }

        if (options.Roles.HasFlag(ControlPlaneRoles.Workflows))
        {
            services.AddSingleton<WatcherActivities>().AddSingleton<ArbiterActivities>().AddSingleton<GroupActivities>().AddSingleton<OutsideActivities>()
                .AddSingleton<ScheduleActivities>().AddSingleton<PointActivities>();
            services.AddHostedService<RunStarter>().AddHostedService<RunProjector>().AddHostedService<WorkflowHost>()
                .AddHostedService<ScheduleKeeper>().AddHostedService<PointScheduleKeeper>();
        }
    }
}
