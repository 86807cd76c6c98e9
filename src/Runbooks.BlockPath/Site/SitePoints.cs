using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;

namespace Runbooks.BlockPath.Site;

/// <summary>Recovery points and clones of a site's protections.</summary>
internal sealed class SitePoints(Site site) : ISitePoints
{
    public Task<Outcome<PointFacts>> CreateAsync(string key, ProtectionId protection, RecoveryPointReason reason) =>
        site.Operations.OnceAsync("create-point", key, () => CreateAsync(RecoveryPointId.FromGuid(Guid.NewGuid()), protection, reason));

    public IReadOnlyList<PointFacts> List(ProtectionId protection) => [];

    public Task<Outcome<PointFacts>> VerifyAsync(
        ProtectionId protection, RecoveryPointId point, CancellationToken cancellation) =>
        Task.FromResult<Outcome<PointFacts>>(SiteRefusals.UnknownPoint(point, site.Id));

    public Task<Outcome<Nothing>> DropAsync(ProtectionId protection, RecoveryPointId point) =>
        Task.FromResult<Outcome<Nothing>>(default(Nothing));

    public Task<Outcome<CloneFacts>> CreateCloneAsync(
        string key, string run, ProtectionId protection, RecoveryPointId point) =>
        Task.FromResult<Outcome<CloneFacts>>(SiteRefusals.UnknownPoint(point, site.Id));

    public Task<IReadOnlyList<string>> TearDownAsync(string run) => Task.FromResult<IReadOnlyList<string>>([]);

    internal void Announce(ProtectionId protection, RecoveryPointId point, RecoveryPointReason reason) =>
        site.Options.Log($"{protection}: point {point} ({reason})");

    internal Task<Outcome<PointFacts>> CreateAsync(
        RecoveryPointId point, ProtectionId protection, RecoveryPointReason reason) =>
        Task.FromResult<Outcome<PointFacts>>(SiteRefusals.UnknownPoint(point, site.Id));

    internal Task<Refusal?> RevertAsync(ProtectionId protection, RecoveryPointId point) =>
        Task.FromResult<Refusal?>(SiteRefusals.UnknownPoint(point, site.Id));

    internal void Pin(Volume volume, RecoveryPointReason reason) =>
        site.Options.Log($"{volume.Id}: recovery point asked for ({reason})");

    internal IReadOnlyList<InventoryItem> Inventory() => [];
}
