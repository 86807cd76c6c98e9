using System.Text;
using Google.Protobuf;
using Runbooks.Engine.History;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Runs;

/// <summary>
/// What a worker holds while it works on a task, opaque to it. It names one start of one attempt: after a restart that
/// lost the start, or once the attempt is over, it matches nothing.
/// </summary>
public sealed record TaskToken(
    RunKey Run, long ScheduledEventId, long StartedEventId, int Attempt, long StartedTicks, string QueryId = "")
{
    private const byte Version = 1;

    public ByteString Encode()
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(Run.Namespace);
        writer.Write(Run.WorkflowId);
        writer.Write(Run.RunId.ToByteArray());
        writer.Write7BitEncodedInt64(ScheduledEventId);
        writer.Write7BitEncodedInt64(StartedEventId);
        writer.Write7BitEncodedInt(Attempt);
        writer.Write(StartedTicks);
        writer.Write(QueryId);
        writer.Flush();
        return ByteString.CopyFrom(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static TaskToken Decode(ByteString bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToByteArray()), Encoding.UTF8);
            if (reader.ReadByte() != Version)
            {
                throw RpcFault.Invalid("Invalid TaskToken.");
            }

            var run = new RunKey(reader.ReadString(), reader.ReadString(), new Guid(reader.ReadBytes(16)));
            return new TaskToken(run, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(),
                reader.Read7BitEncodedInt(), reader.ReadInt64(), reader.ReadString());
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException)
        {
            throw new RpcFault(RpcStatus.InvalidArgument, "Invalid TaskToken.", null, e);
        }
    }
}
