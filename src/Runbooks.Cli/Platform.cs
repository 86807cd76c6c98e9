// The stack is Linux processes: file modes, signals and parent-death signals are used throughout.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
