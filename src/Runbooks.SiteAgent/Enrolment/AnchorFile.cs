using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Errors;

namespace Runbooks.SiteAgent.Enrolment;

/// <summary>
/// The signed heads of the control plane's audit chain that this site has been given: an append-only file, one head
/// per line, in the form of
/// the control plane's own head file. Whoever rewrites the chain there cannot rewrite it here.
/// </summary>
/// <remarks>
/// A head of a sequence that is kept already with another hash is refused for good and remembered beside the file: it
/// proves that the chain
/// was rewritten. A head below the newest that was never kept is taken as well: a chain signs any record once.
/// <b>Durability</b>: on return a taken head is on stable storage (fdatasync); a failed flush is final for this
/// process. A last line that a
/// crash cut is dropped at the next start.
/// </remarks>
public sealed partial class AnchorFile
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, string> kept = [];
    private readonly string path;
    private readonly string conflictPath;
    private AnchorStatus status;
    private bool failed;

    public AnchorFile(string folder)
    {
        Directory.CreateDirectory(folder);
        path = Path.Combine(folder, "audit-anchors.jsonl");
        conflictPath = Path.Combine(folder, "audit-anchors.conflict");
        CutTornLine();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            var (sequence, hash) = Parse(line);
            kept[sequence] = hash;
        }

        var last = kept.Count == 0 ? 0 : kept.Keys.Max();
        var conflict = File.Exists(conflictPath) ? File.ReadAllText(conflictPath) : string.Empty;
        status = new AnchorStatus(last, kept.GetValueOrDefault(last, string.Empty), kept.Count, conflict);
    }

    public AnchorStatus Status
    {
        get
        {
            lock (gate)
            {
                return status;
            }
        }
    }

    /// <summary>Keeps a head.</summary>
    /// <returns>False when it is refused: it contradicts one that is kept, or its line is not what it says.</returns>
    public bool Take(AuditAnchor anchor)
    {
        lock (gate)
        {
            if (failed)
            {
                throw new Fault(FaultSide.Disk, "anchor",
                    $"An earlier flush of {path} failed; what it holds is in doubt.", isTransient: false);
            }

            if (Parse(anchor.Line) != (anchor.Sequence, anchor.Hash))
            {
                return Refuse($"the head of record {anchor.Sequence} came with a line that says otherwise");
            }

            if (kept.TryGetValue(anchor.Sequence, out var known))
            {
                return known == anchor.Hash
                    || Refuse(
                        $"record {anchor.Sequence} was anchored as {known}, and now a head says {anchor.Hash}: "
                        + "the chain was rewritten");
            }

            Append(anchor.Line);
            kept[anchor.Sequence] = anchor.Hash;
            var last = Math.Max(status.Sequence, anchor.Sequence);
            status = status with { Sequence = last, Hash = kept[last], Heads = kept.Count };
            return true;
        }
    }

    private bool Refuse(string why)
    {
        if (status.Conflict.Length == 0)
        {
            status = status with { Conflict = why };
            File.WriteAllText(conflictPath, why);
        }

        return false;
    }

    private void Append(string line)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0,
        });
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        if (Fdatasync((int)stream.SafeFileHandle.DangerousGetHandle()) != 0)
        {
            failed = true;
            throw new Fault(
                FaultSide.Disk, "anchor", $"fdatasync of {path} failed with error {Marshal.GetLastPInvokeError()}.",
                    isTransient: false);
        }
    }

    private void CutTornLine()
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        stream.SetLength(Array.LastIndexOf(text, (byte)'\n') + 1);
    }

    // The line is {"signature":…,"statement":"{…\"hash\":…,\"sequence\":…}"}: what is compared is what was
    // signed.
    private static (long Sequence, string Hash) Parse(string line)
    {
        using var outer = JsonDocument.Parse(line);
        using var statement = JsonDocument.Parse(outer.RootElement.GetProperty("statement").GetString()!);
        return (statement.RootElement.GetProperty("sequence").GetInt64(),
            statement.RootElement.GetProperty("hash").GetString()!);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Fdatasync(int descriptor);
}
