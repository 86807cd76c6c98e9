using System.Text.RegularExpressions;
using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>Names that a reader relies on.</summary>
public sealed partial class NamingLaws
{
    private static readonly string[] Vague = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Processor"];

    /// <summary>Several small types of one topic, which gives the file its name. May only shrink.</summary>
    private static readonly string[] TopicFiles =
        ["src/Runbooks.Engine/Visibility/QueryTree.cs", "src/Runbooks.Temporal/Worker/Core/Activation.cs"];

    [Fact]
    public void Type_Name_IsNoDrawer() =>
        Law.Holds(
            from file in Source.All
            from Match type in TypeName().Matches(file.Text)
            let last = WordAtEnd().Match(type.Groups[1].Value).Value
            where Vague.Contains(last) && type.Groups[1].Value != "ExpressionUtil"
            select $"{file.Path}: {type.Groups[1].Value}");

    [Fact]
    public void Test_Name_SaysSubjectAndOutcome() =>
        Law.Holds(
            from file in Source.All.Where(f => f.IsTest)
            from Match test in TestName().Matches(file.Text)
            where !test.Groups[1].Value.Contains('_')
            select $"{file.Path}: {test.Groups[1].Value}");

    [Fact]
    public void File_Name_IsATypeOfIts() =>
        Law.Holds(
            from file in Source.Product
            let name = Path.GetFileName(file.Path).Split('.')[0]
            where TypeName().IsMatch(file.Text)
                && !TypeName().Matches(file.Text)
                    .Any(m => m.Groups[1].Value.StartsWith(name, StringComparison.Ordinal) || name.EndsWith('s'))
                && !TopicFiles.Contains(file.Path)
            select file.Path);

    [GeneratedRegex(@"^(?:public|internal)[\w ]* (?:class|struct|record|interface|enum|delegate \w+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeName();

    [GeneratedRegex("[A-Z][a-z]+$")]
    private static partial Regex WordAtEnd();

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\n]*\]\s*(?:\[[^\n]*\]\s*)*public [\w<>]+(?: [\w<>]+)? (\w+)\(")]
    private static partial Regex TestName();
}
