namespace Runbooks.Engine.Schedules;

/// <summary>A schedule's specification that cannot be understood; the text names the part that is wrong.</summary>
public sealed class SpecRefusedException(string message) : FormatException(message);
