using System.Diagnostics;
using System.Formats.Tar;
using Runbooks.Audit;
using Runbooks.Audit.Bundle;

namespace Runbooks.Tests.Unit.Audit;

public sealed class AuditBundleTests : IDisposable
{
    private readonly ChainFixture _chain = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("rb-bundle-").FullName;

    public void Dispose()
    {
        _chain.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Bundle_WrittenTwice_IsTheSameBytesAndVerifies()
    {
        Assert.Equal(Write(), Write());
        using var stream = new MemoryStream(Write());
        Assert.True(AuditBundle.Read(stream).Verify().Verified);
    }

    [Fact]
    public void Bundle_VerifiedWithShaSumAndOpenSslAlone_SaysVerified()
    {
        var (code, said) = RunScript(static _ => { });
        Assert.Equal((0, true), (code, said.StartsWith("verified: 5 records", StringComparison.Ordinal)));
        Assert.Equal(0, Run("sha256sum", "-c", "--quiet", "SHA256SUMS").Code);
    }

    [Theory]
    [InlineData("delete", "record-missing: record 3 ")]
    [InlineData("reorder", "record-reordered: record 4 ")]
    [InlineData("edit", "record-altered: record 3 ")]
    [InlineData("truncate", "chain-truncated: the chain ends at record 4")]
    public void Bundle_Mutated_IsNamedByTheRealTools(string mutation, string verdict)
    {
        var (code, said) = RunScript(folder => Mutate(folder, mutation));
        Assert.Equal(1, code);
        Assert.StartsWith(verdict, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Bundle_SignatureReplaced_IsNamedByTheRealTools()
    {
        var (code, said) = RunScript(folder => File.WriteAllBytes(Path.Combine(folder, "head.sig"), [1, 2, 3]));
        Assert.Equal(1, code);
        Assert.StartsWith("signature-invalid", said, StringComparison.Ordinal);
    }

    private static void Mutate(string folder, string mutation)
    {
        foreach (var name in new[] { "records.jsonl", "hashes.txt" })
        {
            var path = Path.Combine(folder, name);
            var lines = File.ReadAllLines(path).ToList();
            switch (mutation)
            {
                case "delete": lines.RemoveAt(2); break;
                case "reorder": (lines[2], lines[3]) = (lines[3], lines[2]); break;
                case "edit": lines[2] = lines[2].Replace("usr_ada", "usr_bob", StringComparison.Ordinal); break;
                default: lines.RemoveAt(4); break;
            }

            File.WriteAllLines(path, lines);
        }
    }

    private (int Code, string Output) RunScript(Action<string> tamper)
    {
        if (!File.Exists("/usr/bin/openssl"))
        {
            Assert.Skip("openssl is not on this machine");
        }

        using (var stream = new MemoryStream(Write()))
        {
            TarFile.ExtractToDirectory(stream, _folder, overwriteFiles: true);
        }

        tamper(_folder);
        return Run("sh", "verify.sh");
    }

    private (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private byte[] Write()
    {
        using var stream = new MemoryStream();
        new AuditBundle(_chain.Entries, _chain.Heads,
            new Dictionary<string, string> { [_chain.Signer.KeyId] = _chain.Signer.PublicKeyPem }).Write(stream);
        return stream.ToArray();
    }
}
