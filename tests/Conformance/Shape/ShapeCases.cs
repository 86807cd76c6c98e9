using Runbooks.Temporal.Client;

namespace Runbooks.Tests.Conformance.Shape;

/// <summary>
/// The library's public face. A change of it is a change of the approved text, in the same commit:
/// <c>RUNBOOKS_WRITE_API=1</c> writes it. Whatever of the official package the product's workflows, agents and control
/// plane need has the same name here, so that they compile against that one with other usings.
/// </summary>
public sealed class ShapeCases
{
    private const string Approved = "PublicApi.txt";
    private const string Official = "OfficialNames.md";

    [Fact]
    public void PublicSurface_IsTheApprovedOne()
    {
        var found = PublicSurface.Of(typeof(TemporalClient).Assembly);
        var path = Path.Combine(Folder(), Approved);
        if (Environment.GetEnvironmentVariable("RUNBOOKS_WRITE_API") is "1")
        {
            File.WriteAllText(path, found);
        }

        var approved = File.ReadAllLines(path);
        var now = found.TrimEnd('\n').Split('\n');
        Assert.True(
            approved.SequenceEqual(now),
            "The public surface changed; if it was meant to, write it anew with RUNBOOKS_WRITE_API=1.\n"
            + string.Join('\n', now.Except(approved).Select(line => "+ " + line.Trim())
                .Concat(approved.Except(now).Select(line => "- " + line.Trim())).Take(40)));
    }

    [Fact]
    public void NamesOfTheOfficialPackage_ThatTheProductNeeds_AreHere()
    {
        var ours = PublicSurface.Names(typeof(TemporalClient).Assembly);
        var wanted = File.ReadLines(Path.Combine(Folder(), Official))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && cells[1].StartsWith("`Temporalio.", StringComparison.Ordinal))
            .SelectMany(cells => cells[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(member => (Type: cells[1].Trim('`'), Member: member.Trim('`', ','))))
            .ToList();

        var missing = wanted
            .Select(w => "Runbooks.Temporal" + w.Type["Temporalio".Length..]
                + (w.Member == "(type)" ? "" : "." + w.Member))
            .Where(name => !ours.Contains(name)).ToList();

        Assert.NotEmpty(wanted);
        Assert.Empty(missing);
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Runbooks.sln")))
            {
                return Path.Combine(folder.FullName, "tests/Conformance/Shape");
            }
        }

        Assert.Skip("The approved text is not beside the tests.");
        throw new InvalidOperationException();
    }
}
