using System.Text.RegularExpressions;
using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>A summary that only repeats the name is worse than none: it looks like documentation.</summary>
public sealed partial class DocumentationLaws(ITestOutputHelper output)
{
    private static readonly string[] Documented =
        ["src/Runbooks.Domain", "src/Runbooks.Temporal", "src/Runbooks.Wire", "src/Runbooks.Replication"];

    private static readonly HashSet<string> Empty =
        ["a", "an", "the", "of", "is", "are", "this", "that", "gets", "sets", "or", "its", "to", "for", "returns",
            "whether", "value", "see", "cref"];

    [Fact]
    public void Summary_EchoingItsName_OnlyShrinks() =>
        Ratchet.Hold("echoing summaries", Ratchets.EchoingSummaries, output,
        from file in Source.Product.Where(f => Documented.Contains(f.Room))
        from Match member in SummaryAndMember().Matches(file.Text)
        let said = Source.Words(member.Groups[1].Value).Where(w => !Empty.Contains(w)).Select(Stem).ToHashSet()
        let named = Source.Words(member.Groups[2].Value).Select(Stem).ToHashSet()
        where said.IsSubsetOf(named)
        select (file.Room, $"{file.Path}: {member.Groups[2].Value}: {member.Groups[1].Value.Trim()}"));

    [Fact]
    public void Architecture_NamesEveryRoom()
    {
        var text = Source.Read("ARCHITECTURE.md");
        Law.Holds(Project.Product.Keys
            .Where(name => !text.Contains($"| {name["Runbooks.".Length..]} |", StringComparison.Ordinal)));
    }

    [Fact]
    public void Architecture_ExplainsEveryPackage()
    {
        var text = Source.Read("ARCHITECTURE.md");
        var packages = System.Xml.Linq.XDocument.Load(Source.At("Directory.Packages.props"))
            .Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value);
        Law.Holds(packages.Where(p => !text.Contains($"| {p} |", StringComparison.Ordinal)));
    }

    private static string Stem(string word) => word.Length > 3 ? word.TrimEnd('s') : word;

    [GeneratedRegex(
        @"/// <summary>([^\n]*)</summary>\n(?:\s*(?:///|\[)[^\n]*\n)*\s*(?:public|protected|internal)[^\n(={;]*?\b(\w+)\s*(?:[({=;<]|=>|$)", RegexOptions.Multiline)]
    private static partial Regex SummaryAndMember();
}
