using System.Text.Json;
using System.Text.Json.Serialization;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>The durable record of one copy: role, generation, links, history. Two checksummed places, written by turn.</summary>
internal sealed class VolumeRecord : IDisposable
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new ByteCountJson(), new ByteOffsetJson() },
    };

    private readonly AtomicFile file;

    public VolumeRecord(IFileSystem files, string path) => file = AtomicFile.Open(files, path);

    /// <summary>What is stored; null for a new volume.</summary>
    public VolumeMetadata? Current => file.Content is { } content
        ? JsonSerializer.Deserialize<VolumeMetadata>(content.Span, Json)
        : null;

    /// <summary>Stores the record; on stable storage when it returns.</summary>
    public void Store(VolumeMetadata metadata) => file.Write(JsonSerializer.SerializeToUtf8Bytes(metadata, Json));

    /// <summary>What the core starts from.</summary>
    public PersistedState Load(RegionMarks marks, VolumeConfiguration configuration)
    {
        var metadata = Current;
        Invariant.Require(metadata is not null, "A volume has a record before its core starts");
        var peers = metadata.Peers.ToList();
        while (peers.Count < configuration.Peers.Count)
        {
            peers.Add(new PeerMetadata(Domain.States.LinkState.Detached));
        }

        return new PersistedState(
            metadata with { Peers = peers },
            [.. configuration.Peers.Select((_, peer) => marks.Marked(peer, configuration.Size.Value))]);
    }

    public void Dispose() => file.Dispose();

    private sealed class ByteCountJson : JsonConverter<ByteCount>
    {
        public override ByteCount Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            new(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, ByteCount value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }

    private sealed class ByteOffsetJson : JsonConverter<ByteOffset>
    {
        public override ByteOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            new(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, ByteOffset value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }
}
