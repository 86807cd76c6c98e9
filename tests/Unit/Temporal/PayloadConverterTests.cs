using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class PayloadConverterTests
{
    private readonly DefaultPayloadConverter converter = new();

    [Fact]
    public void Encodings_AreAskedInTheOrderOfEveryOfficialSdk() => Assert.Equal(
        ["binary/null", "binary/plain", "json/protobuf", "binary/protobuf", "json/plain"],
        converter.EncodingConverters.Select(one => one.Encoding));

    [Fact]
    public void Null_HasNoData_AndReadsAsNull()
    {
        var payload = converter.ToPayload(null);

        Assert.Equal("binary/null", Encoding(payload));
        Assert.True(payload.Data.IsEmpty);
        Assert.Null(converter.ToValue<string?>(payload));
        Assert.Null(converter.ToValue<int?>(payload));
    }

    [Fact]
    public void Null_AsAValueType_IsRefused() =>
        Assert.Throws<ArgumentException>(() => converter.ToValue<int>(converter.ToPayload(null)));

    [Fact]
    public void Bytes_TravelAsTheyAre()
    {
        var payload = converter.ToPayload(new byte[] { 0, 255, 7 });

        Assert.Equal("binary/plain", Encoding(payload));
        Assert.Equal([0, 255, 7], converter.ToValue<byte[]>(payload));
    }

    [Fact]
    public void Messages_TravelAsJsonNamingTheirType()
    {
        var payload = converter.ToPayload(new WorkflowExecution { WorkflowId = "w" });

        Assert.Equal("json/protobuf", Encoding(payload));
        Assert.Equal("temporal.api.common.v1.WorkflowExecution", payload.Metadata["messageType"].ToStringUtf8());
        Assert.Equal("w", converter.ToValue<WorkflowExecution>(payload).WorkflowId);
    }

    [Fact]
    public void Messages_InWireFormat_AreRead()
    {
        var payload = new Payload { Data = new WorkflowExecution { RunId = "r" }.ToByteString() };
        payload.Metadata["encoding"] = ByteString.CopyFromUtf8("binary/protobuf");

        Assert.Equal("r", converter.ToValue<WorkflowExecution>(payload).RunId);
    }

    [Fact]
    public void Objects_TravelAsPlainJson()
    {
        var payload = converter.ToPayload(new Sample("a", [1, 2]));

        Assert.Equal("json/plain", Encoding(payload));
        Assert.Equal("""{"Name":"a","Numbers":[1,2]}""", payload.Data.ToStringUtf8());
        Assert.Equal([1, 2], converter.ToValue<Sample>(payload).Numbers);
    }

    [Fact]
    public void RawValues_SkipConversionBothWays()
    {
        var payload = converter.ToPayload("text");

        Assert.Same(payload, converter.ToPayload(new RawValue(payload)));
        Assert.Same(payload, converter.ToValue<IRawValue>(payload).Payload);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("alien/encoding")]
    public void Payload_WithoutAKnownEncoding_IsRefused(string? encoding)
    {
        var payload = new Payload();
        if (encoding != null)
        {
            payload.Metadata["encoding"] = ByteString.CopyFromUtf8(encoding);
        }

        Assert.Throws<ArgumentException>(() => converter.ToValue<string>(payload));
    }

    private static string Encoding(Payload payload) => payload.Metadata["encoding"].ToStringUtf8();

    private sealed record Sample(string Name, int[] Numbers);
}
