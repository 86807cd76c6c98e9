using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Wan;

/// <summary>
/// Frames that leave together: headers in one pinned array, payloads where the guest's bytes already are. Building the
/// vectors copies nothing; a payload is kept by a reference until the kernel has taken all of it.
/// </summary>
internal sealed unsafe class SendBatch
{
    // Linux takes at most 1024 vectors per sendmsg.
    private const int VectorsMax = 1024;

    private readonly List<(BlockBuffer? Payload, int Start, int Length)> frames = new(64);
    private byte[] headers = GC.AllocateUninitializedArray<byte>(64 * WanLimits.HeaderBytes, pinned: true);
    private int sentFrames;
    private long sentInFrame;

    public int Count => frames.Count;

    public bool IsSent => sentFrames == frames.Count;

    public long Bytes { get; private set; }

    /// <summary>Takes over the caller's reference to the payload.</summary>
    public void Add(in WanHeader header, BlockBuffer? payload, int start)
    {
        var at = frames.Count * WanLimits.HeaderBytes;
        if (at == headers.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(headers.Length * 2, pinned: true);
            headers.CopyTo(larger, 0);
            headers = larger;
        }

        header.Write(headers.AsSpan(at));
        frames.Add((payload, start, header.PayloadLength));
        Bytes += WanLimits.HeaderBytes + header.PayloadLength;
    }

    /// <summary>Fills vectors with what is not sent yet.</summary>
    public int Fill(Span<IoVector> vectors)
    {
        var count = 0;
        var skip = sentInFrame;
        for (var i = sentFrames; i < frames.Count && count + 2 <= Math.Min(vectors.Length, VectorsMax); i++)
        {
            var (payload, start, length) = frames[i];
            var headerLeft = WanLimits.HeaderBytes - skip;
            if (headerLeft > 0)
            {
                fixed (byte* first = headers)
                {
                    // The array is pinned for its life, so the address stays good outside of this block.
                    vectors[count++] = new IoVector
                    {
                        Start = first + (long)i * WanLimits.HeaderBytes + skip,
                        Length = (nint)headerLeft,
                    };
                }
            }

            var payloadSkip = Math.Max(0, skip - WanLimits.HeaderBytes);
            if (payload is not null && length > payloadSkip)
            {
                vectors[count++] = new IoVector
                {
                    Start = payload.Address + start + payloadSkip,
                    Length = (nint)(length - payloadSkip),
                };
            }

            skip = 0;
        }

        return count;
    }

    /// <summary>Notes that the kernel took so many bytes and gives whole frames' payloads back.</summary>
    public void Advance(long bytes)
    {
        while (bytes > 0)
        {
            var (payload, _, length) = frames[sentFrames];
            var left = WanLimits.HeaderBytes + length - sentInFrame;
            if (bytes < left)
            {
                sentInFrame += bytes;
                return;
            }

            bytes -= left;
            sentInFrame = 0;
            frames[sentFrames] = default;
            sentFrames++;
            payload?.Release();
        }
    }

    /// <summary>Forgets everything; payloads not sent are given back.</summary>
    public void Reset()
    {
        for (var i = sentFrames; i < frames.Count; i++)
        {
            frames[i].Payload?.Release();
        }

        frames.Clear();
        sentFrames = 0;
        sentInFrame = 0;
        Bytes = 0;
    }
}
