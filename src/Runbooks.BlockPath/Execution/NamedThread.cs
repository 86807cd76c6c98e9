namespace Runbooks.BlockPath.Execution;

/// <summary>Starts the few threads that block on a socket or a clock. They never keep the process alive.</summary>
public static class NamedThread
{
    /// <summary>Starts a background thread whose name shows in <c>top -H</c> (the first 15 characters).</summary>
    public static Thread Start(string name, Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var thread = new Thread(() => body()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
