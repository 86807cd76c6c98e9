namespace Runbooks.BlockPath.Targets;

/// <summary>
/// Something that serves blocks: a raw image, a replicated volume, a recovery point, a drill clone. The NBD server
/// speaks to nothing else.
/// </summary>
/// <remarks>
/// Calling pattern (a virtio ring's): the session decodes everything one receive brought, calls <see cref="Submit"/>
/// for each request, then <see cref="Kick"/> once. A target may work inside Submit and complete there (a raw image
/// does, so that a cached write costs one system call and no thread switch), or queue and start at Kick (a replicated
/// volume does, so that its owner loop is woken once for many requests and one vectored send carries many frames).
///
/// Order: none between open requests, as in NBD. A Flush covers every write that was completed before it was
/// submitted, on any connection. A target that replicates must itself keep overlapping open writes in one order at
/// all copies.
///
/// Checks: the submitter has checked range, flags and read-only before; a target may rely on that. It answers each
/// request exactly once, with an error when it cannot serve: silence is never an answer.
///
/// Fence: a target may start failing everything at any time, with NotPermitted (fenced by a
/// generation) or ShuttingDown (withdrawn). When it will never serve again it also cancels
/// <see cref="Closed"/>; the server then answers whatever is still arriving with ShuttingDown
/// and cuts the sessions. Requests that are open at that moment must still be completed.
///
/// Threading: Submit and Kick are called from several session threads at once, must not block for long (a page-cache
/// copy is short, fdatasync and a WAN round trip are not) and must not throw for anything the environment can cause.
/// </remarks>
public interface IBlockTarget
{
    /// <summary>Size in bytes; any value, fixed for the life of the target.</summary>
    long Length { get; }

    BlockTargetTraits Traits { get; }

    /// <summary>Cancelled when the target will never serve again.</summary>
    CancellationToken Closed { get; }

    /// <summary>Takes the request over until it is completed.</summary>
    void Submit(BlockRequest request);

    /// <summary>Ends a batch: everything submitted before must now make progress.</summary>
    void Kick();
}
