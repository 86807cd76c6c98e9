using System.Text.Json;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Errors;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// Results of keyed operations: the same key again is answered with the first result and not done again.
/// </summary>
/// <remarks>
/// Limit: the last 800 results (at 1 KiB each below the 1 MiB of the file). A run's activities repeat within minutes,
/// and every
/// operation is safe to repeat by itself, so a result that has left the list costs work, never correctness.
/// </remarks>
internal sealed class OperationJournal : IDisposable
{
    private const int KeptMax = 800;

    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, SemaphoreSlim> running = [];
    private readonly StoredList<Entry> stored;

    public OperationJournal(IFileSystem files, string folder) =>
        stored = new StoredList<Entry>(files, Path.Combine(folder, "operations"), VolumeRecord.Json);

    /// <summary>
    /// Runs the operation once per key; two callers with one key wait for each other. Refusals are not stored.
    /// </summary>
    public async Task<Outcome<T>> OnceAsync<T>(string operation, string key, Func<Task<Outcome<T>>> act)
    {
        var name = $"{operation} {key}";
        SemaphoreSlim turn;
        await gate.WaitAsync();
        try
        {
            if (!running.TryGetValue(name, out turn!))
            {
                running[name] = turn = new SemaphoreSlim(1);
            }
        }
        finally
        {
            gate.Release();
        }

        await turn.WaitAsync();
        try
        {
            if (stored.Items.Find(e => e.Name == name) is { } earlier)
            {
                return JsonSerializer.Deserialize<T>(earlier.Result, VolumeRecord.Json)!;
            }

            var outcome = await act();
            if (outcome.IsOk)
            {
                await StoreAsync(new Entry(name, JsonSerializer.Serialize(outcome.Value, VolumeRecord.Json)));
            }

            return outcome;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        stored.Dispose();
        gate.Dispose();
    }

    private async Task StoreAsync(Entry entry)
    {
        await gate.WaitAsync();
        try
        {
            stored.Items.Add(entry);
            if (stored.Items.Count > KeptMax)
            {
                stored.Items.RemoveRange(0, stored.Items.Count - KeptMax);
            }

            stored.Store();
        }
        finally
        {
            gate.Release();
        }
    }

    internal sealed record Entry(string Name, string Result);
}
