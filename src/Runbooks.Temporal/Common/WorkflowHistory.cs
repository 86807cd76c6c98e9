using Google.Protobuf;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Common;

/// <summary>The events of one run, for replay and inspection.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="Events">Events in order, from id 1.</param>
public record WorkflowHistory(string Id, IReadOnlyCollection<HistoryEvent> Events)
{
    /// <summary>
    /// Reads history JSON of any Temporal tool: proto3 JSON with SCREAMING enum names, or the older form with CamelCase
    /// ones. Unknown fields are ignored. Throws <see cref="InvalidJsonException"/> or
    /// <see cref="InvalidProtocolBufferException"/> for anything else.
    /// </summary>
    public static WorkflowHistory FromJson(string workflowId, string json)
    {
        var history = HistoryJson.Parse(json);
        return new(workflowId, history.Events);
    }

    /// <summary>Reads the wire format of <c>temporal.api.history.v1.History</c>.</summary>
    public static WorkflowHistory FromBinary(string workflowId, byte[] history) =>
        new(workflowId, History.Parser.ParseFrom(history).Events);

    /// <summary>Proto3 JSON with SCREAMING enum names, readable by every official tool.</summary>
    public string ToJson() => JsonFormatter.Default.Format(ToProto());

    /// <summary>The wire format of <c>temporal.api.history.v1.History</c>.</summary>
    public byte[] ToBinary() => ToProto().ToByteArray();

    private History ToProto() => new() { Events = { Events } };
}
