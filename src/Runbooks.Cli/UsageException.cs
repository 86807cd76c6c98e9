namespace Runbooks.Cli;

/// <summary>The command line, or a file it names, is wrong. Says what to type in place of it.</summary>
internal sealed class UsageException(string message) : Exception(message);
