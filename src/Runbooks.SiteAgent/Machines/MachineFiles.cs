using System.Text.Json;
using Runbooks.SiteAgent.Host;

namespace Runbooks.SiteAgent.Machines;

/// <summary>The folder of one machine: its record, process id, log and sockets.</summary>
internal sealed class MachineFiles(string folder, string name)
{
    public string Name { get; } = name;

    public string Folder { get; } = Path.Combine(folder, name);

    public string PidFile => Path.Combine(Folder, "pid");

    public string LogFile => Path.Combine(Folder, "log");

    private string RecordFile => Path.Combine(Folder, "machine.json");

    /// <summary>The record; null when no machine of this name was started.</summary>
    public MachineRecord? Read() =>
        File.Exists(RecordFile) ? JsonSerializer.Deserialize<MachineRecord>(File.ReadAllText(RecordFile)) : null;

    /// <summary>Written before the machine is started: a crash in between leaves a machine that is known, never one that is not.</summary>
    public void Write(MachineRecord record)
    {
        Directory.CreateDirectory(Folder);
        DurableText.Replace(RecordFile, JsonSerializer.Serialize(record));
    }

    /// <summary>After the machine was stopped.</summary>
    public void Remove()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
