using System.Diagnostics;
using Runbooks.Cli.Output;
using Spectre.Console;

namespace Runbooks.Cli.Demo;

/// <summary>
/// Tells the story: chapters, lines, and one moving line of progress on a terminal; plain lines elsewhere.
/// </summary>
internal sealed class Narrator(IAnsiConsole console)
{
    // Wide enough that no address and no path is broken in two where a program reads.
    private const int PlainWidth = 240;

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private readonly bool live = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("CI") is null;
    private string moving = string.Empty;
    private long lastPlain;

    public TimeSpan Elapsed => clock.Elapsed;

    /// <summary>The terminal; where nobody watches, the same words without colour.</summary>
    public static IAnsiConsole Screen()
    {
        if (Terminal.Watches(Console.Out))
        {
            return AnsiConsole.Console;
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(Console.Out),
        });
        plain.Profile.Width = PlainWidth;
        return plain;
    }

    public void Chapter(int number, string title) => Line($"[bold]{number}. {Markup.Escape(title)}[/]");

    public void Say(string text) => Line($"   {Markup.Escape(text)}");

    public void Held(Claim claim)
    {
        var (mark, colour) = claim.Held ? ("✓ holds", "green") : ("✗ BROKEN", "red");
        Line($"   [{colour}]{mark}[/] {Markup.Escape(claim.Name)}: {Markup.Escape(claim.Detail)}");
    }

    /// <summary>Replaces the moving line; without a terminal it is printed at most every five seconds.</summary>
    public void Progress(string text)
    {
        lock (gate)
        {
            if (live)
            {
                moving = $"   {text}";
                Console.Out.Write($"\r{Fit(moving)}");
            }
            else if (clock.ElapsedMilliseconds - lastPlain >= 5000)
            {
                lastPlain = clock.ElapsedMilliseconds;
                Console.Out.WriteLine($"{Time}    {text}");
            }
        }
    }

    private string Time => clock.Elapsed.ToString(@"mm\:ss");

    private void Line(string markup)
    {
        lock (gate)
        {
            if (moving.Length > 0)
            {
                Console.Out.Write($"\r{Fit(string.Empty)}\r");
                moving = string.Empty;
            }

            console.MarkupLine($"[grey]{Time}[/] {markup}");
        }
    }

    private static string Fit(string text)
    {
        var width = Math.Max(40, Console.WindowWidth - 1);
        return text.Length > width ? text[..width] : text.PadRight(width);
    }
}
