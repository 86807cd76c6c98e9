using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// The two markers workers write, byte-compatible with the official ones so that official tools replay our histories.
/// Source: names and keys are those of the official core (<c>core_patch</c>, <c>core_local_activity</c>); its own
/// data is plain JSON and never passes the codec.
/// </summary>
internal static class Markers
{
    private const string PatchMarker = "core_patch";
    private const string PatchKey = "patch-data";
    private const string LocalActivityMarker = "core_local_activity";
    private const string LocalActivityKey = "data";
    private const string ResultKey = "result";

    internal static RecordMarkerCommandAttributes Patch(string patchId, bool deprecated)
    {
        var data = Json(new JsonObject { ["id"] = patchId, ["deprecated"] = deprecated });
        return new() { MarkerName = PatchMarker, Details = { [PatchKey] = new Payloads { Payloads_ = { data } } } };
    }

    internal static bool TryReadPatch(HistoryEvent e, out string patchId, out bool deprecated)
    {
        patchId = string.Empty;
        deprecated = false;
        if (e.EventType != EventType.MarkerRecorded ||
            e.MarkerRecordedEventAttributes.MarkerName != PatchMarker ||
            !e.MarkerRecordedEventAttributes.Details.TryGetValue(PatchKey, out var payloads))
        {
            return false;
        }
        using var document = JsonDocument.Parse(payloads.Payloads_[0].Data.Memory);
        patchId = document.RootElement.GetProperty("id").GetString() ?? string.Empty;
        deprecated = document.RootElement.TryGetProperty("deprecated", out var d) && d.GetBoolean();
        return true;
    }

    internal static RecordMarkerCommandAttributes LocalActivity(LocalActivityRecord record)
    {
        var data = Json(new JsonObject
        {
            ["seq"] = record.Seq,
            ["attempt"] = record.Attempt,
            ["activity_id"] = record.ActivityId,
            ["activity_type"] = record.ActivityType,
            ["complete_time"] = WriteTime(record.CompleteTime),
            ["backoff"] = record.Backoff is { } backoff ? WriteSpan(backoff) : null,
            ["original_schedule_time"] = WriteTime(record.OriginalScheduleTime),
        });
        var marker = new RecordMarkerCommandAttributes
        {
            MarkerName = LocalActivityMarker,
            Details = { [LocalActivityKey] = new Payloads { Payloads_ = { data } } },
            Failure = record.Failure,
        };
        if (record.Result is not null)
        {
            marker.Details[ResultKey] = new Payloads { Payloads_ = { record.Result } };
        }
        return marker;
    }

    internal static LocalActivityRecord? TryReadLocalActivity(HistoryEvent e)
    {
        if (e.EventType != EventType.MarkerRecorded ||
            e.MarkerRecordedEventAttributes.MarkerName != LocalActivityMarker ||
            !e.MarkerRecordedEventAttributes.Details.TryGetValue(LocalActivityKey, out var payloads))
        {
            return null;
        }
        var a = e.MarkerRecordedEventAttributes;
        using var document = JsonDocument.Parse(payloads.Payloads_[0].Data.Memory);
        var root = document.RootElement;
        var result = a.Details.TryGetValue(ResultKey, out var results) && results.Payloads_.Count > 0
            ? results.Payloads_[0]
            : null;
        return new(
            root.GetProperty("seq").GetUInt32(),
            root.GetProperty("attempt").GetInt32(),
            root.GetProperty("activity_id").GetString() ?? string.Empty,
            root.GetProperty("activity_type").GetString() ?? string.Empty,
            ReadTicks(root, "complete_time") is { } done ? DateTime.UnixEpoch.AddTicks(done) : null,
            ReadTicks(root, "backoff") is { } backoff ? TimeSpan.FromTicks(backoff) : null,
            ReadTicks(root, "original_schedule_time") is { } first ? DateTime.UnixEpoch.AddTicks(first) : null,
            result,
            a.Failure);
    }

    /// <summary>A payload of the default JSON encoding, written without a converter.</summary>
    internal static Payload Json(JsonNode node)
    {
        var payload = new Payload { Data = ByteString.CopyFromUtf8(node.ToJsonString()) };
        payload.Metadata["encoding"] = ByteString.CopyFromUtf8("json/plain");
        return payload;
    }

    private static JsonObject? WriteTime(DateTime? time) =>
        time is { } t ? WriteSpan(t.ToUniversalTime() - DateTime.UnixEpoch) : null;

    private static JsonObject WriteSpan(TimeSpan span)
    {
        var seconds = Math.DivRem(span.Ticks, TimeSpan.TicksPerSecond, out var rest);
        return new() { ["seconds"] = seconds, ["nanos"] = rest * TimeSpan.NanosecondsPerTick };
    }

    private static long? ReadTicks(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value.GetProperty("seconds").GetInt64() * TimeSpan.TicksPerSecond +
                value.GetProperty("nanos").GetInt64() / TimeSpan.NanosecondsPerTick
            : null;
}

/// <summary>What a local activity marker says.</summary>
internal sealed record LocalActivityRecord(
    uint Seq,
    int Attempt,
    string ActivityId,
    string ActivityType,
    DateTime? CompleteTime,
    TimeSpan? Backoff,
    DateTime? OriginalScheduleTime,
    Payload? Result,
    Failure? Failure);
