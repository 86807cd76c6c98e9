using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Common;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class SearchAttributeTests
{
    private static readonly SearchAttributeKey<string> Text = SearchAttributeKey.CreateText("T");
    private static readonly SearchAttributeKey<string> Keyword = SearchAttributeKey.CreateKeyword("K");
    private static readonly SearchAttributeKey<long> Number = SearchAttributeKey.CreateLong("L");
    private static readonly SearchAttributeKey<double> Fraction = SearchAttributeKey.CreateDouble("D");
    private static readonly SearchAttributeKey<bool> Flag = SearchAttributeKey.CreateBool("B");
    private static readonly SearchAttributeKey<DateTimeOffset> Time = SearchAttributeKey.CreateDateTimeOffset("W");

    private static readonly SearchAttributeKey<IReadOnlyCollection<string>> List =
        SearchAttributeKey.CreateKeywordList("KL");

    [Fact]
    public void EveryType_RoundTrips()
    {
        var when = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        var sent = new SearchAttributeCollection.Builder()
            .Set(Text, "t").Set(Keyword, "k").Set(Number, 7).Set(Fraction, 1.5).Set(Flag, true).Set(Time, when)
            .Set(List, ["a", "b"]).ToSearchAttributeCollection();

        var read = SearchAttributeCollection.FromProto(sent.ToProto());

        Assert.Equal(7, read.Count);
        Assert.Equal("t", read.Get(Text));
        Assert.Equal("k", read.Get(Keyword));
        Assert.Equal(7, read.Get(Number));
        Assert.Equal(1.5, read.Get(Fraction));
        Assert.True(read.Get(Flag));
        Assert.Equal(when, read.Get(Time));
        Assert.Equal(["a", "b"], read.Get(List));
    }

    [Fact]
    public void Payloads_NameTheirTypeAndWriteTimesWithoutAPlus()
    {
        var proto = new SearchAttributeCollection.Builder()
            .Set(Time, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)))
            .Set(Number, 1).ToSearchAttributeCollection().ToProto();

        Assert.Equal("Datetime", proto.IndexedFields["W"].Metadata["type"].ToStringUtf8());
        Assert.Equal("Int", proto.IndexedFields["L"].Metadata["type"].ToStringUtf8());
        Assert.Equal("\"2026-01-02T01:04:05Z\"", proto.IndexedFields["W"].Data.ToStringUtf8());
    }

    [Fact]
    public void Unset_IsANullPayloadThatStillNamesItsType()
    {
        var payload = Keyword.ValueUnset().ToUpsertPayload();

        Assert.Equal("binary/null", payload.Metadata["encoding"].ToStringUtf8());
        Assert.Equal("Keyword", payload.Metadata["type"].ToStringUtf8());
    }

    [Fact]
    public void Updates_ApplyInOrder()
    {
        var start = new SearchAttributeCollection.Builder().Set(Keyword, "old").ToSearchAttributeCollection();

        var changed = start.With([Keyword.ValueUnset(), Number.ValueSet(1), Number.ValueSet(2)]);

        Assert.False(changed.ContainsKey(Keyword));
        Assert.Equal(2, changed.Get(Number));
        Assert.Equal("old", start.Get(Keyword));
    }

    [Theory]
    [InlineData("\"one\"", "one")]
    [InlineData("[\"one\"]", "one")]
    [InlineData("[\"one\",\"two\"]", null)]
    [InlineData("null", null)]
    public void SingleValue_MayComeAsAListOfOne(string json, string? expected)
    {
        var payload = new Payload { Data = ByteString.CopyFromUtf8(json) };
        payload.Metadata["encoding"] = ByteString.CopyFromUtf8("json/plain");
        payload.Metadata["type"] = ByteString.CopyFromUtf8("Keyword");

        var read = SearchAttributeCollection.FromProto(new() { IndexedFields = { ["K"] = payload } });

        Assert.Equal(expected, read.TryGetValue(Keyword, out var value) ? value : null);
    }
}
