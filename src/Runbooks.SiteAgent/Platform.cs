// The data path is Linux system calls (fdatasync, sendmsg, SEEK_DATA); saying so once spares a guard at every file mode.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
