using FsCheck;
using FsCheck.Fluent;
using Runbooks.Wire.Nbd;

namespace Runbooks.Tests.Model.Nbd;

public sealed class NbdCodecProperties
{
    [Fact]
    public void RequestHeader_WrittenAndRead_IsTheSame() =>
        Prop.ForAll<(ushort Flags, ushort Command), (ulong Cookie, ulong Offset), uint>((words, longs, length) =>
        {
            NbdRequestHeader header = new(
                (NbdCommandFlags)words.Flags, (NbdCommand)words.Command, longs.Cookie, longs.Offset, length);
            byte[] bytes = new byte[NbdRequestHeader.Size];
            header.Write(bytes);
            return NbdRequestHeader.TryRead(bytes, out NbdRequestHeader read) && read == header;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ChunkHeader_WrittenAndRead_IsTheSame() =>
        Prop.ForAll<(ushort Flags, ushort Type), ulong, uint>((words, cookie, length) =>
        {
            NbdChunkHeader header = new(words.Flags, (NbdChunkType)words.Type, cookie, length);
            byte[] bytes = new byte[NbdReplies.ChunkHeaderSize];
            header.Write(bytes);
            return NbdChunkHeader.TryRead(bytes, out NbdChunkHeader read) && read == header;
        }).QuickCheckThrowOnFailure();

    /// <summary>The rule computes in 64 bits without overflow; its twin takes 128.</summary>
    [Fact]
    public void Range_AnyOffsetAndLength_AgreesWithWideArithmetic() =>
        Prop.ForAll<ulong, uint, ulong>((offset, length, size) =>
        {
            foreach (ulong at in new[] { offset, size - offset, size })
            {
                NbdSessionTerms terms = new(new NbdExportFacts("x", size, NbdTransmissionFlags.HasFlags), false, false);
                uint small = length % NbdLimits.PayloadBytesMax;
                NbdError error = NbdRequestRules.Check(
                    new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Write, 0, at, small), terms);
                bool inside = (UInt128)at + small <= size;
                if (error != (inside ? NbdError.None : NbdError.NoSpace))
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();
}
