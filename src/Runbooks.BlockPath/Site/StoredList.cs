using System.Text.Json;
using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// A short list of records that survives kill -9: written whole into a two-copy file at every change.
/// </summary>
/// <remarks>Limit: one slot of the file (1 MiB); users cap their lists well below.</remarks>
internal sealed class StoredList<T> : IDisposable
{
    private readonly AtomicFile file;
    private readonly JsonSerializerOptions json;

    public StoredList(IFileSystem files, string path, JsonSerializerOptions json)
    {
        this.json = json;
        file = AtomicFile.Open(files, path);
        Items = file.Content is { } content
            ? JsonSerializer.Deserialize<List<T>>(content.Span, json) ?? []
            : [];
    }

    public List<T> Items { get; }

    /// <summary>Stores the list as it is now; on stable storage when it returns.</summary>
    public void Store() => file.Write(JsonSerializer.SerializeToUtf8Bytes(Items, json));

    public void Dispose() => file.Dispose();
}
