using Runbooks.Wire.Nbd;

namespace Runbooks.Tests.Unit.Wire.Nbd;

public sealed class NbdRequestRulesTests
{
    private const ulong Size = 1_000_003;

    private const NbdTransmissionFlags Everything =
        NbdTransmissionFlags.HasFlags | NbdTransmissionFlags.SendFlush | NbdTransmissionFlags.SendFua
        | NbdTransmissionFlags.SendTrim | NbdTransmissionFlags.SendWriteZeroes | NbdTransmissionFlags.SendDf
        | NbdTransmissionFlags.SendCache | NbdTransmissionFlags.SendFastZero;

    private static readonly NbdSessionTerms Full = new(new NbdExportFacts("disk", Size, Everything), true, true);

    [Theory]
    [InlineData(NbdCommand.Read, Size - 7, 7u, NbdError.None)]
    [InlineData(NbdCommand.Read, Size - 7, 8u, NbdError.Invalid)]
    [InlineData(NbdCommand.Write, Size - 7, 8u, NbdError.NoSpace)]
    [InlineData(NbdCommand.WriteZeroes, Size - 7, 8u, NbdError.NoSpace)]
    [InlineData(NbdCommand.Trim, Size - 7, 8u, NbdError.Invalid)]
    [InlineData(NbdCommand.Cache, Size - 7, 8u, NbdError.Invalid)]
    [InlineData(NbdCommand.BlockStatus, Size - 7, 8u, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, Size, 0u, NbdError.None)]
    [InlineData(NbdCommand.Read, Size + 1, 0u, NbdError.Invalid)]
    [InlineData(NbdCommand.Write, ulong.MaxValue, 2u, NbdError.NoSpace)]
    [InlineData(NbdCommand.Read, ulong.MaxValue, uint.MaxValue, NbdError.Invalid)]
    [InlineData(NbdCommand.BlockStatus, 0ul, 0u, NbdError.Invalid)]
    [InlineData(NbdCommand.Flush, 0ul, 0u, NbdError.None)]
    [InlineData(NbdCommand.Flush, 0ul, 1u, NbdError.Invalid)]
    [InlineData((NbdCommand)99, 0ul, 0u, NbdError.Invalid)]
    public void Range_PerCommand_HasTheProtocolsError(NbdCommand command, ulong offset, uint length,
        NbdError expected) =>
        Assert.Equal(expected, Check(Full, command, NbdCommandFlags.None, offset, length));

    [Theory]
    [InlineData(NbdCommand.Read, NbdCommandFlags.DontFragment, NbdError.None)]
    [InlineData(NbdCommand.Write, NbdCommandFlags.DontFragment, NbdError.Invalid)]
    [InlineData(NbdCommand.Write, NbdCommandFlags.Fua, NbdError.None)]
    [InlineData(NbdCommand.Read, NbdCommandFlags.Fua, NbdError.None)]
    [InlineData(NbdCommand.WriteZeroes, NbdCommandFlags.NoHole | NbdCommandFlags.FastZero | NbdCommandFlags.Fua,
        NbdError.None)]
    [InlineData(NbdCommand.Trim, NbdCommandFlags.NoHole, NbdError.Invalid)]
    [InlineData(NbdCommand.BlockStatus, NbdCommandFlags.RequestOne, NbdError.None)]
    [InlineData(NbdCommand.Read, NbdCommandFlags.RequestOne, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, (NbdCommandFlags)0x8000, NbdError.Invalid)]
    public void Flags_OfAnotherCommand_AreInvalid(NbdCommand command, NbdCommandFlags flags, NbdError expected) =>
        Assert.Equal(expected, Check(Full, command, flags, 0, 4));

    [Theory]
    [InlineData(NbdCommand.Write)]
    [InlineData(NbdCommand.Trim)]
    [InlineData(NbdCommand.WriteZeroes)]
    public void Write_ToAReadOnlyExport_IsNotPermitted(NbdCommand command)
    {
        NbdSessionTerms terms =
            Full with { Export = Full.Export with { Flags = Everything | NbdTransmissionFlags.ReadOnly } };
        Assert.Equal(NbdError.NotPermitted, Check(terms, command, NbdCommandFlags.None, 0, 4));
    }

    [Fact]
    public void BlockStatus_WithoutAgreedContext_IsInvalid() =>
        Assert.Equal(
            NbdError.Invalid, Check(Full with { BaseAllocation = false }, NbdCommand.BlockStatus,
                NbdCommandFlags.None, 0, 4));

    [Fact]
    public void Unaligned_BelowTheMinimumBlock_IsInvalid()
    {
        NbdSessionTerms terms = Full with { Export = Full.Export with { BlockSizeMin = 512 } };
        Assert.Equal(NbdError.Invalid, Check(terms, NbdCommand.Read, NbdCommandFlags.None, 100, 512));
        Assert.Equal(NbdError.Invalid, Check(terms, NbdCommand.Read, NbdCommandFlags.None, 512, 100));
        Assert.Equal(NbdError.None, Check(terms, NbdCommand.Read, NbdCommandFlags.None, 512, 1024));
    }

    private static NbdError Check(
        NbdSessionTerms terms, NbdCommand command, NbdCommandFlags flags, ulong offset, uint length) =>
        NbdRequestRules.Check(new NbdRequestHeader(flags, command, 1, offset, length), terms);
}
