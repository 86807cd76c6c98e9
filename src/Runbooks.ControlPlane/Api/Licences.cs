namespace Runbooks.ControlPlane.Api;

/// <summary>What the served program is built with. The console shows its own packages from its own build.</summary>
internal static class Licences
{
    public static IReadOnlyList<LicenceView> All { get; } =
    [
        Of("Dapper", typeof(Dapper.SqlMapper), "Apache-2.0", "rows to records"),
        Of("Google.Protobuf", typeof(Google.Protobuf.IMessage), "BSD-3-Clause", "protocol messages"),
        Of("Microsoft.AspNetCore", typeof(WebApplication), "MIT", "HTTP"),
        Of("Microsoft.AspNetCore.OpenApi", typeof(Microsoft.AspNetCore.OpenApi.OpenApiOptions), "MIT",
            "description of REST"),
        Of("Npgsql", typeof(Npgsql.NpgsqlConnection), "PostgreSQL", "PostgreSQL protocol"),
        Of("QRCoder", typeof(QRCoder.QRCodeGenerator), "MIT", "QR codes"),
        Of("Swashbuckle.AspNetCore.SwaggerUI", typeof(Swashbuckle.AspNetCore.SwaggerUI.SwaggerUIOptions), "MIT",
            "/docs"),
        Of("System.CommandLine", typeof(System.CommandLine.RootCommand), "MIT", "options"),
        Of("YamlDotNet", Type.GetType("YamlDotNet.Core.Parser, YamlDotNet"), "MIT", "YAML scanner"),
        new("PostgreSQL", "the server's own", "PostgreSQL", "database, a process of its own"),
    ];

    private static LicenceView Of(string name, Type? type, string licence, string use) =>
        new(name, type?.Assembly.GetName().Version?.ToString(3) ?? "", licence, use);
}
