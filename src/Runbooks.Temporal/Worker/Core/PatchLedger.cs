using System.Text.Json.Nodes;
using Google.Protobuf;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>Patches of a run: which markers exist, and which of them the code no longer mentions.</summary>
internal sealed class PatchLedger
{
    /// <summary>
    /// Search attribute values beyond this size are not written. Source: the server's limit per value.
    /// </summary>
    private const int SearchAttributeBytesMax = 2048;

    private const string SearchAttribute = "TemporalChangeVersion";

    private readonly SortedSet<string> known = new(StringComparer.Ordinal);
    private bool skipsUpsert;

    internal bool IsKnown(string patchId) => known.Contains(patchId);

    internal bool Learn(string patchId) => known.Add(patchId);

    /// <summary>
    /// True for the deprecated marker of a patch that the code no longer mentions, and for the upsert written with it.
    /// </summary>
    internal bool SkipsAsDeprecated(HistoryEvent e, OutgoingCommand? next)
    {
        if (Markers.TryReadPatch(e, out var id, out var deprecated))
        {
            skipsUpsert = deprecated && (next?.Machine as PatchMachine)?.PatchId != id;
            return skipsUpsert;
        }
        var skips = skipsUpsert && e.EventType == EventType.UpsertWorkflowSearchAttributes &&
            e.UpsertWorkflowSearchAttributesEventAttributes.SearchAttributes.IndexedFields
                .ContainsKey(SearchAttribute);
        skipsUpsert = false;
        return skips;
    }

    /// <summary>The upsert that makes the patches of a run searchable; null when the list is too long.</summary>
    internal Command? MakeUpsert(string patchId)
    {
        var all = new SortedSet<string>(known, StringComparer.Ordinal) { patchId };
        var payload = Markers.Json(new JsonArray([.. all.Select(p => (JsonNode)p)]));
        if (payload.Data.Length >= SearchAttributeBytesMax)
        {
            return null;
        }
        payload.Metadata["type"] = ByteString.CopyFromUtf8("KeywordList");
        return new()
        {
            CommandType = CommandType.UpsertWorkflowSearchAttributes,
            UpsertWorkflowSearchAttributesCommandAttributes = new()
            {
                SearchAttributes = new() { IndexedFields = { [SearchAttribute] = payload } },
            },
        };
    }
}
