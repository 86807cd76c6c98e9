using System.Text.RegularExpressions;
using Runbooks.Tests.House.Repository;
using YamlDotNet.RepresentationModel;

namespace Runbooks.Tests.House.Laws;

/// <summary>What is handed to operators names only what the programs know.</summary>
public sealed partial class DeployLaws
{
    private static readonly string[] ControlPlaneSources = ["src/Runbooks.ControlPlane/Hosting/CommandLine.cs"];

    [Fact]
    public void Compose_Services_AreTheWholeInstallation()
    {
        var services = Services();
        Assert.Equal(
            ["control-plane", "postgres", "site-a", "site-b", "temporal"],
            services.Children.Keys.Select(k => ((YamlScalarNode)k).Value!).Order(StringComparer.Ordinal));
        Law.Holds(services.Children
            .Where(s => ((YamlMappingNode)s.Value).Children.ContainsKey("image"))
            .Select(s => ((YamlMappingNode)s.Value)["image"].ToString())
            .Where(image => !PinnedImage().IsMatch(image)));
        Law.Holds(
            from service in services.Children
            where ((YamlMappingNode)service.Value).Children.TryGetValue("depends_on", out _)
            from needed in Names(((YamlMappingNode)service.Value)["depends_on"])
            where !services.Children.ContainsKey(new YamlScalarNode(needed))
            select $"{service.Key} needs {needed}");
    }

    [Fact]
    public void Compose_Options_AreDeclaredByThePrograms()
    {
        var services = Services();
        var agent = Source.Files("*.cs", "src/Runbooks.SiteAgent/Commands").ToArray();
        Law.Holds(Unknown(Command(services, "control-plane"), ControlPlaneSources));
        Law.Holds(Unknown(Command(services, "site-a"), agent));
        Law.Holds(Unknown(Command(services, "site-b"), agent));
    }

    [Fact]
    public void Unit_Options_AreDeclaredByThePrograms()
    {
        Law.Holds(Unknown(StartOf("runbooks-control-plane.service"), ControlPlaneSources));
        Law.Holds(Unknown(
            StartOf("runbooks-site-agent.service"),
            [.. Source.Files("*.cs", "src/Runbooks.SiteAgent/Commands")]));
    }

    [Fact]
    public void Compose_AgentFile_HasOnlyKnownFields()
    {
        var known = Source.Read("src/Runbooks.SiteAgent/Host/AgentConfiguration.cs");
        Law.Holds(
            from path in Source.Files("*.json", "deploy/compose")
            from field in System.Text.Json.JsonDocument.Parse(Source.Read(path)).RootElement.EnumerateObject()
            let property = char.ToUpperInvariant(field.Name[0]) + field.Name[1..]
            where !Regex.IsMatch(known, $@"public [^\n]+ {property} \{{")
            select $"{path}: {field.Name}");
    }

    [Fact]
    public void Metric_InRulesAndDashboard_IsExported()
    {
        var exported = Metric().Matches(Source.Read("src/Runbooks.ControlPlane/Api/MetricsApi.cs"))
            .Select(m => m.Value).ToHashSet();
        Law.Holds(
            from path in new[] { "deploy/monitoring/alerts.rules.yml", "deploy/monitoring/dashboard.json" }
            from Match used in Metric().Matches(Source.Read(path))
            where !exported.Contains(used.Value)
            select $"{path}: {used.Value}");
    }

    [Fact]
    public void Rule_Each_HasExpressionSeverityAndPage()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Source.Read("deploy/monitoring/alerts.rules.yml")));
        var rules = ((YamlSequenceNode)stream.Documents[0].RootNode["groups"][0]["rules"]).Children;
        Assert.All(rules, rule =>
        {
            Assert.NotEqual("", rule["expr"].ToString());
            Assert.Contains(rule["labels"]["severity"].ToString(), new[] { "critical", "warning" });
            Assert.NotEqual("", rule["annotations"]["summary"].ToString());
        });
        using var dashboard = System.Text.Json.JsonDocument.Parse(Source.Read("deploy/monitoring/dashboard.json"));
        Assert.NotEqual(0, dashboard.RootElement.GetProperty("panels").GetArrayLength());
    }

    private static string StartOf(string unit) =>
        File.ReadLines(Source.At($"deploy/systemd/{unit}"))
            .Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal));

    private static YamlMappingNode Services()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Source.Read("docker-compose.yml")));
        return (YamlMappingNode)((YamlMappingNode)stream.Documents[0].RootNode)["services"];
    }

    private static string Command(YamlMappingNode services, string service) =>
        string.Join(' ', Names(((YamlMappingNode)services[service])["command"]));

    private static IEnumerable<string> Names(YamlNode node) => node switch
    {
        YamlSequenceNode list => list.Children.Select(c => c.ToString()),
        YamlMappingNode map => map.Children.Keys.Select(k => k.ToString()),
        _ => [node.ToString()],
    };

    private static IEnumerable<string> Unknown(string command, string[] sources)
    {
        var declared = string.Join('\n', sources.Select(Source.Read));
        return Flag().Matches(command).Select(m => m.Groups[1].Value).Distinct()
            .Where(flag => !declared.Contains($"\"{flag}\"", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?<=^|[\s`])(--[a-z][a-z-]+)")]
    private static partial Regex Flag();

    [GeneratedRegex(@"runbooks_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@":\d+[\w.-]*$")]
    private static partial Regex PinnedImage();
}
