using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Runbooks.ControlPlane.Storage;

/// <summary>One numbered SQL file of a room. Its checksum is compared for ever after: released files never change.</summary>
public sealed record Migration(string Room, int Number, string Name, string Sql)
{
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>The embedded files <c>PREFIX0001-name.sql</c> of an assembly, in order, without gaps.</summary>
    public static IReadOnlyList<Migration> Embedded(string room, Assembly assembly, string prefix)
    {
        var found = assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => Read(room, assembly, n, n[prefix.Length..^".sql".Length]))
            .ToList();
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Number != i + 1)
            {
                throw new InvalidOperationException($"Migration {i + 1} of {room} is missing: found {found[i].Name}.");
            }
        }

        return found;
    }

    private static Migration Read(string room, Assembly assembly, string resource, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return new Migration(
            room, int.Parse(name.Split('-')[0], CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }
}
