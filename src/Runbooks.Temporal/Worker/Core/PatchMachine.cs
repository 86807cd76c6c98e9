using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>A patch marker: once recorded it makes the new code path part of the run for good.</summary>
internal sealed class PatchMachine : CommandMachine
{
    internal enum State
    {
        Issued,
        Recorded,
    }

    internal enum Input
    {
        MarkerRecorded,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "Patch", (State.Issued, Input.MarkerRecorded, State.Recorded));

    private State state = State.Issued;

    internal PatchMachine(IMachineHost host, SetPatchMarker command)
        : base(host)
    {
        PatchId = command.PatchId;
        host.Issue(new(this, new Command
        {
            CommandType = CommandType.RecordMarker,
            RecordMarkerCommandAttributes = Markers.Patch(command.PatchId, command.Deprecated),
        }));
    }

    internal string PatchId { get; }

    internal override bool Records(HistoryEvent e, OutgoingCommand command) =>
        Markers.TryReadPatch(e, out var id, out _) && id == PatchId;

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command) =>
        state = Table.Next(state, Input.MarkerRecorded, $"patch {PatchId}");
}
