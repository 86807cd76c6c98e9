using System.Globalization;
using System.Text;

namespace Runbooks.ControlPlane.Reports;

/// <summary>The timeline as inline SVG: a bar per step, the critical path darker, waiting for people hatched, the target as a line.</summary>
internal static class Gantt
{
    private const int Width = 1000;
    private const int Left = 230;
    private const int RowHeight = 22;
    private const int Top = 22;

    public static string Svg(RunReport report)
    {
        var origin = report.StartedAt ?? report.RequestedAt;
        var timed = report.Steps.Where(s => s.StartedAt is not null).ToList();
        var end = timed.Select(s => RunReport.Between(origin, s.EndedAt ?? report.EndedAt ?? s.StartedAt) ?? 0)
            .Append(report.ObjectiveMilliseconds is { } target && target < 4 * (report.RecoveryMilliseconds ?? target) ? target : 0)
            .Append(1).Max();
        var height = Top + (timed.Count * RowHeight) + 10;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Timeline of steps\">");
        svg.Append("<defs><pattern id=\"h\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">")
            .Append("<rect width=\"6\" height=\"6\" fill=\"#ddd6fe\"/><rect width=\"2\" height=\"6\" fill=\"#7c3aed\"/></pattern></defs>");
        for (var i = 0; i < timed.Count; i++)
        {
            Bar(svg, report, timed[i], i, origin, end);
        }

        if (report.ObjectiveMilliseconds is { } objective && objective <= end)
        {
            var x = X(objective, end);
            svg.Append(CultureInfo.InvariantCulture,
                $"<line x1=\"{x}\" x2=\"{x}\" y1=\"4\" y2=\"{height}\" stroke=\"#b42318\" stroke-width=\"2\" stroke-dasharray=\"6 3\"/>");
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{x - 4}\" y=\"14\" font-size=\"11\" text-anchor=\"end\" fill=\"#b42318\">objective {ReportHtml.Seconds(objective)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static void Bar(StringBuilder svg, RunReport report, ReportStep step, int row, string origin, long end)
    {
        var from = Math.Max(0, RunReport.Between(origin, step.StartedAt) ?? 0);
        var to = Math.Max(from, RunReport.Between(origin, step.EndedAt ?? report.EndedAt ?? step.StartedAt) ?? from);
        var y = Top + (row * RowHeight);
        var fill = step.State switch
        {
            "failed" => "#b42318",
            _ when step.HumanMilliseconds * 2 > (step.Milliseconds ?? 0) && step.HumanMilliseconds > 0 => "url(#h)",
            _ when step.Critical => "#3730a3",
            _ => "#a5b4fc",
        };
        var (x, width) = (X(from, end), Math.Max(2, X(to, end) - X(from, end)));
        svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"0\" y=\"{y + 14}\" font-size=\"12\">{ReportHtml.E(Cut($"{step.Path} {step.Title}"))}</text>");
        svg.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{x}\" y=\"{y + 3}\" width=\"{width}\" height=\"15\" rx=\"3\" fill=\"{fill}\"><title>{ReportHtml.E(step.Path)} {step.State} {ReportHtml.Seconds(step.Milliseconds)}</title></rect>");
    }

    // Whole units only: the same report must give the same bytes on every machine.
    private static long X(long milliseconds, long end) => Left + (milliseconds * (Width - Left - 10) / end);

    private static string Cut(string text) => text.Length <= 34 ? text : text[..33] + "…";
}
