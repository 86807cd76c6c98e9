using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Runbooks.Audit.Bundle;

/// <summary>A whole chain in one file that an auditor verifies without our software.</summary>
/// <remarks>
/// A plain tar with these members, the same input giving the same bytes:
/// <code>
///   records.jsonl        one canonical record per line, in order
///   hashes.txt           the claimed hash of each line
///   head.json, head.sig  the newest signed head: the statement and its DER signature
///   heads.jsonl          every earlier signed head
///   keys/KEYID.pem       public keys
///   reports/…            reports of runs, when asked for
///   VERIFY.txt           the steps by hand
///   verify.sh            the same steps, POSIX sh + sha256sum + openssl
///   SHA256SUMS           of all members above
/// </code>
/// </remarks>
public sealed record AuditBundle(
    IReadOnlyList<ChainEntry> Records, IReadOnlyList<SignedHead> Heads, IReadOnlyDictionary<string, string> KeysPem)
{
    public IReadOnlyDictionary<string, byte[]> Reports { get; init; } = new Dictionary<string, byte[]>();

    public void Write(Stream target)
    {
        var members = Members();
        var sums = new StringBuilder();
        foreach (var (name, bytes) in members)
        {
            sums.Append(Convert.ToHexStringLower(SHA256.HashData(bytes))).Append("  ").Append(name).Append('\n');
        }

        using var tar = new TarWriter(target, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var (name, bytes) in members)
        {
            Add(tar, name, bytes);
        }

        Add(tar, "SHA256SUMS", Encoding.UTF8.GetBytes(sums.ToString()));
    }

    public static AuditBundle Read(Stream source)
    {
        using var tar = new TarReader(source);
        var members = new Dictionary<string, byte[]>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            members[entry.Name] = content.ToArray();
        }

        var records = Lines(members, "records.jsonl");
        var hashes = Lines(members, "hashes.txt");
        var entries = records.Select((record, i) => new ChainEntry(i + 1, record, i < hashes.Length ? hashes[i] : ""));
        return new AuditBundle(
            [.. entries],
            [.. Lines(members, "heads.jsonl").Select(SignedHead.FromLine)],
            members.Where(m => m.Key.StartsWith("keys/", StringComparison.Ordinal)).ToDictionary(
                m => Path.GetFileNameWithoutExtension(m.Key), m => Encoding.UTF8.GetString(m.Value)));
    }

    /// <summary>Verifies records, heads and signatures of this bundle with nothing else at hand.</summary>
    /// <param name="anchors">Heads that were kept elsewhere, by a site's agent: they are held against the chain as
    /// well. Those of records
    /// after the bundle's end say nothing about it.</param>
    public ChainVerification Verify(IEnumerable<SignedHead>? anchors = null)
    {
        var last = Records.Count == 0 ? 0 : Records[^1].Sequence;
        var heads = Heads.Concat((anchors ?? []).Where(a => a.Sequence <= last)).DistinctBy(h => h.Statement);
        var keys = KeysPem.ToDictionary(k => k.Key, k =>
        {
            var key = ECDsa.Create();
            key.ImportFromPem(k.Value);
            return key;
        });
        try
        {
            return new ChainVerifier(heads, keys).Verify(Records);
        }
        finally
        {
            foreach (var key in keys.Values)
            {
                key.Dispose();
            }
        }
    }

    private List<(string Name, byte[] Bytes)> Members()
    {
        var newest = Heads.OrderBy(h => h.Sequence).LastOrDefault()
            ?? throw new InvalidOperationException("A chain without a signed head cannot be exported.");
        var members = new List<(string, byte[])>
        {
            ("records.jsonl", Text(string.Concat(Records.Select(r => r.Record + "\n")))),
            ("hashes.txt", Text(string.Concat(Records.Select(r => r.Hash + "\n")))),
            ("head.json", Text(newest.Statement)),
            ("head.sig", newest.Signature),
            ("heads.jsonl", Text(string.Concat(Heads.Select(h => h.ToLine() + "\n")))),
        };
        members.AddRange(KeysPem.OrderBy(k => k.Key, StringComparer.Ordinal)
            .Select(k => ($"keys/{k.Key}.pem", Text(k.Value.TrimEnd('\n') + "\n"))));
        members.AddRange(Reports.OrderBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => ($"reports/{r.Key}", r.Value)));
        members.Add(("VERIFY.txt", Text(BundleInstructions.Text)));
        members.Add(("verify.sh", Text(BundleInstructions.Script)));
        return members;
    }

    private static void Add(TarWriter tar, string name, byte[] bytes)
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if (name.EndsWith(".sh", StringComparison.Ordinal))
        {
            mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        }

        // The time is fixed: a bundle is a function of its content.
        using var content = new MemoryStream(bytes);
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            Mode = mode,
            ModificationTime = DateTimeOffset.UnixEpoch,
        });
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string[] Lines(Dictionary<string, byte[]> members, string name) =>
        members.TryGetValue(name, out var bytes)
            ? Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new FormatException($"The bundle has no member {name}.");
}
