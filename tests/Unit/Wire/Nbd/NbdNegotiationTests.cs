using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Runbooks.Wire.Nbd;

namespace Runbooks.Tests.Unit.Wire.Nbd;

public sealed class NbdNegotiationTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void Go_ForAnExport_SendsFactsAndBeginsTransmission()
    {
        NbdNegotiation negotiation = New();
        Assert.Equal(NbdNegotiationStep.Transmit,
            Send(negotiation, NbdOption.Go, Info("disk", NbdInfo.BlockSize, NbdInfo.Name)));
        Assert.Equal([NbdOptionReply.Info, NbdOptionReply.Info, NbdOptionReply.Info, NbdOptionReply.Ack], Replies());
        Assert.Equal("disk", negotiation.Terms!.Export.Name);
        Assert.False(negotiation.Terms.StructuredReplies);
        Assert.False(negotiation.Terms.Export.Flags.HasFlag(NbdTransmissionFlags.SendDf));
    }

    [Fact]
    public void EmptyName_MeansTheDefaultExport()
    {
        NbdNegotiation negotiation = New();
        Assert.Equal(NbdNegotiationStep.Transmit, Send(negotiation, NbdOption.ExportName, []));
        Assert.Equal(10 + 124, _output.WrittenCount);
        Assert.Equal("disk", negotiation.Terms!.Export.Name);
    }

    [Fact]
    public void ExportName_WithNoZeroes_LeavesThemOut()
    {
        NbdNegotiation negotiation = New();
        Assert.True(negotiation.AcceptClientFlags(3));
        Send(negotiation, NbdOption.ExportName, "disk"u8.ToArray());
        Assert.Equal(10, _output.WrittenCount);
    }

    [Fact]
    public void MetaContext_WithoutStructuredReplies_IsInvalid()
    {
        NbdNegotiation negotiation = New();
        Send(negotiation, NbdOption.SetMetaContext, Meta("disk", "base:allocation"));
        Assert.Equal([NbdOptionReply.ErrorInvalid], Replies());
    }

    [Fact]
    public void MetaContext_ChosenForOneExport_DoesNotHoldForAnother()
    {
        NbdNegotiation negotiation = New();
        Send(negotiation, NbdOption.StructuredReply, []);
        Send(negotiation, NbdOption.SetMetaContext, Meta("disk", "base:allocation"));
        Send(negotiation, NbdOption.Go, Info("other"));
        Assert.True(negotiation.Terms!.StructuredReplies);
        Assert.False(negotiation.Terms.BaseAllocation);
    }

    [Fact]
    public void MetaContext_ChosenForTheExport_Holds()
    {
        NbdNegotiation negotiation = New();
        Send(negotiation, NbdOption.StructuredReply, []);
        Send(negotiation, NbdOption.SetMetaContext, Meta("disk", "x:unknown", "base:allocation"));
        Assert.Equal([NbdOptionReply.MetaContext, NbdOptionReply.Ack], Replies());
        Send(negotiation, NbdOption.Go, Info("disk"));
        Assert.True(negotiation.Terms!.BaseAllocation);
    }

    [Fact]
    public void StartTls_ForgetsWhatWasAgreedInTheClear()
    {
        NbdNegotiation negotiation = New(tls: true);
        Send(negotiation, NbdOption.StructuredReply, []);
        Assert.Equal([NbdOptionReply.ErrorTlsRequired], Replies());
        Assert.Equal(NbdNegotiationStep.StartTls, Send(negotiation, NbdOption.StartTls, []));
        negotiation.TlsStarted();
        Send(negotiation, NbdOption.Go, Info("disk"));
        Assert.False(negotiation.Terms!.StructuredReplies);
    }

    [Fact]
    public void ExportName_BeforeRequiredTls_CanOnlyBeClosed() =>
        Assert.Equal(NbdNegotiationStep.Close, Send(New(tls: true), NbdOption.ExportName, "disk"u8.ToArray()));

    [Fact]
    public void UnknownExport_IsAnsweredUnknown_AndTheHandshakeGoesOn()
    {
        Assert.Equal(NbdNegotiationStep.Continue, Send(New(), NbdOption.Go, Info("nothing")));
        Assert.Equal([NbdOptionReply.ErrorUnknown], Replies());
    }

    [Fact]
    public void UnknownOption_IsSkippedAndUnsupported()
    {
        NbdNegotiation negotiation = New();
        Assert.Equal(NbdNegotiation.Admission.Skip, negotiation.Admit(new NbdOptionHeader((NbdOption)0x4242, 1 << 20)));
        negotiation.OnSkipped((NbdOption)0x4242, _output);
        Assert.Equal([NbdOptionReply.ErrorUnsupported], Replies());
    }

    [Fact]
    public void EndlessOptions_AreClosedAtTheLimit()
    {
        NbdNegotiation negotiation = New();
        for (int i = 0; i < NbdLimits.OptionsMax; i++)
        {
            Assert.NotEqual(NbdNegotiation.Admission.Close, negotiation.Admit(new NbdOptionHeader(NbdOption.List, 0)));
        }

        Assert.Equal(NbdNegotiation.Admission.Close, negotiation.Admit(new NbdOptionHeader(NbdOption.List, 0)));
    }

    /// <summary>
    /// Random options with random data: the machine never throws and never answers more than a bounded size.
    /// </summary>
    [Fact]
    public void Fuzz_RandomOptions_NeverThrow()
    {
        for (int seed = 0; seed < 5_000; seed++)
        {
            Random random = new(seed);
            NbdNegotiation negotiation = New(tls: seed % 7 == 0);
            for (int i = 0; i < 12; i++)
            {
                byte[] data = Mutate(random);
                NbdOption option = (NbdOption)random.Next(0, 13);
                if (negotiation.Admit(new NbdOptionHeader(option, (uint)data.Length)) == NbdNegotiation.Admission.Read
                    && Send(negotiation, option, data) is NbdNegotiationStep.Transmit or NbdNegotiationStep.Close)
                {
                    break;
                }

                Assert.InRange(_output.WrittenCount, 0, 4096);
            }
        }
    }

    private static byte[] Mutate(Random random)
    {
        byte[] data = random.Next(4) switch
        {
            0 => Info("disk", NbdInfo.Name),
            1 => Meta("disk", "base:allocation"),
            2 => [],
            _ => new byte[random.Next(200)],
        };
        for (int i = random.Next(4); i > 0 && data.Length > 0; i--)
        {
            data[random.Next(data.Length)] = (byte)random.Next(256);
        }

        return random.Next(3) == 0 ? data[..random.Next(data.Length + 1)] : data;
    }

    private static NbdNegotiation New(bool tls = false) => new(new TwoExports(), tls);

    private static byte[] Info(string name, params NbdInfo[] wanted)
    {
        byte[] data = new byte[4 + name.Length + 2 + (2 * wanted.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)name.Length);
        Encoding.UTF8.GetBytes(name, data.AsSpan(4));
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4 + name.Length), (ushort)wanted.Length);
        for (int i = 0; i < wanted.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(6 + name.Length + (2 * i)), (ushort)wanted[i]);
        }

        return data;
    }

    private static byte[] Meta(string name, params string[] queries)
    {
        MemoryStream data = new();
        Text(name);
        Number((uint)queries.Length);
        foreach (string query in queries)
        {
            Text(query);
        }

        return data.ToArray();

        void Text(string text)
        {
            Number((uint)text.Length);
            data.Write(Encoding.UTF8.GetBytes(text));
        }

        void Number(uint number)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
            data.Write(bytes);
        }
    }

    private NbdNegotiationStep Send(NbdNegotiation negotiation, NbdOption option, byte[] data)
    {
        _output.ResetWrittenCount();
        return negotiation.OnOption(option, data, _output);
    }

    private List<NbdOptionReply> Replies()
    {
        List<NbdOptionReply> replies = [];
        ReadOnlySpan<byte> rest = _output.WrittenSpan;
        while (!rest.IsEmpty)
        {
            Assert.Equal(NbdMagic.OptionReply, BinaryPrimitives.ReadUInt64BigEndian(rest));
            replies.Add((NbdOptionReply)BinaryPrimitives.ReadUInt32BigEndian(rest[12..]));
            rest = rest[(NbdOptionReplies.HeaderSize + (int)BinaryPrimitives.ReadUInt32BigEndian(rest[16..]))..];
        }

        return replies;
    }

    private sealed class TwoExports : INbdCatalogue
    {
        private readonly List<NbdExportFacts> _exports =
        [
            new("disk", 1 << 20, NbdTransmissionFlags.HasFlags),
            new("other", 1 << 21, NbdTransmissionFlags.HasFlags),
        ];

        public NbdExportFacts? Find(string name) =>
            _exports.Find(export => export.Name == (name.Length == 0 ? "disk" : name));

        public IReadOnlyList<NbdExportFacts> List() => _exports;
    }
}
