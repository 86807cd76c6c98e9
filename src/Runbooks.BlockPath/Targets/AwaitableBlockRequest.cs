namespace Runbooks.BlockPath.Targets;

/// <summary>
/// A request whose completion can be awaited; one use each. For everything that is not the NBD hot path.
/// </summary>
public sealed class AwaitableBlockRequest : BlockRequest
{
    // Continuations must not run inside a target's owner loop: they are the submitter's code.
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Completion => _completion.Task;

    /// <summary>Fills the request; it takes over the caller's reference to the buffer.</summary>
    public void Start(BlockCommand command, long offset, long length, BlockRequestFlags flags, BlockBuffer? buffer) =>
        Prepare(command, offset, length, flags, buffer, 0);

    /// <summary>Gives the buffer back; the data must not be touched afterwards.</summary>
    public void Finish() => ReleaseBuffer();

    protected override void OnCompleted() => _completion.TrySetResult();
}
