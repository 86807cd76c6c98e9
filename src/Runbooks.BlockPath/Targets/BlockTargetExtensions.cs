using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Targets;

/// <summary>
/// Task-shaped calls for code that is not the hot path: digests, copies, drills, tests. Each call is one request and
/// one Kick.
/// An error answer is thrown as <see cref="BlockTargetException"/>.
/// </summary>
public static class BlockTargetExtensions
{
    /// <summary>Reads into <paramref name="destination"/>; copies once out of a pooled buffer.</summary>
    public static async Task ReadAsync(this IBlockTarget target, long offset, Memory<byte> destination)
    {
        BlockBuffer buffer = BlockBufferPool.Shared.Rent(destination.Length);
        AwaitableBlockRequest request = new();
        request.Start(BlockCommand.Read, offset, destination.Length, BlockRequestFlags.None, buffer);
        try
        {
            await SendAsync(target, request).ConfigureAwait(false);
            request.Data.CopyTo(destination.Span);
        }
        finally
        {
            request.Finish();
        }
    }

    /// <summary>Writes a copy of <paramref name="source"/>.</summary>
    public static async Task WriteAsync(this IBlockTarget target, long offset, ReadOnlyMemory<byte> source,
        bool fua = false)
    {
        BlockBuffer buffer = BlockBufferPool.Shared.Rent(source.Length);
        source.Span.CopyTo(buffer.Span);
        AwaitableBlockRequest request = new();
        BlockRequestFlags flags = fua ? BlockRequestFlags.ForceUnitAccess : BlockRequestFlags.None;
        request.Start(BlockCommand.Write, offset, source.Length, flags, buffer);
        try
        {
            await SendAsync(target, request).ConfigureAwait(false);
        }
        finally
        {
            request.Finish();
        }
    }

    public static Task FlushAsync(this IBlockTarget target) =>
        RunAsync(target, BlockCommand.Flush, 0, 0, BlockRequestFlags.None);

    public static Task TrimAsync(
        this IBlockTarget target, long offset, long length, BlockRequestFlags flags = BlockRequestFlags.None) =>
        RunAsync(target, BlockCommand.Trim, offset, length, flags);

    public static Task WriteZeroesAsync(
        this IBlockTarget target, long offset, long length, BlockRequestFlags flags = BlockRequestFlags.None) =>
        RunAsync(target, BlockCommand.WriteZeroes, offset, length, flags);

    /// <summary>
    /// Extents from <paramref name="offset"/> on; may stop before the end of the range, never answers none.
    /// </summary>
    public static async Task<IReadOnlyList<BlockExtent>> BlockStatusAsync(this IBlockTarget target, long offset,
        long length)
    {
        AwaitableBlockRequest request = new();
        request.Start(BlockCommand.BlockStatus, offset, length, BlockRequestFlags.None, null);
        await SendAsync(target, request).ConfigureAwait(false);
        return request.Extents;
    }

    private static async Task RunAsync(
        IBlockTarget target, BlockCommand command, long offset, long length, BlockRequestFlags flags)
    {
        AwaitableBlockRequest request = new();
        request.Start(command, offset, length, flags, null);
        await SendAsync(target, request).ConfigureAwait(false);
    }

    private static async Task SendAsync(IBlockTarget target, AwaitableBlockRequest request)
    {
        target.Submit(request);
        target.Kick();
        await request.Completion.ConfigureAwait(false);
        if (request.Error != NbdError.None)
        {
            throw new BlockTargetException(request.Command, request.Offset, request.Length, request.Error);
        }
    }
}
