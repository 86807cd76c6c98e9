using System.CommandLine;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.SiteAgent.Commands;

/// <summary>How a primary treats its links, as options.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<string> onLinkLoss = new("--on-link-loss")
    {
        Description = "suspend (writes wait), continue (production first), or arbitrate (needs a control plane).",
        DefaultValueFactory = _ => "suspend",
    };

    private readonly Option<double> peerTimeout = new("--peer-timeout")
    {
        Description = "Seconds of silence after which a standby counts as lost.", DefaultValueFactory = _ => 3,
    };

    private readonly Option<double> holdDown = new("--hold-down")
    {
        Description = "Seconds a lost link must be back before catch-up.", DefaultValueFactory = _ => 1,
    };

    private readonly Option<long> rate = new("--rate-max")
    {
        Description = "Upper bound of full copy and catch-up in bytes a second; 0 is none.",
    };

    public void AddTo(Command command)
    {
        command.Add(onLinkLoss);
        command.Add(peerTimeout);
        command.Add(holdDown);
        command.Add(rate);
    }

    public LinkPolicy Read(ParseResult arguments) => new()
    {
        OnLinkLoss = KebabCase.TryParse<OnLinkLoss>(arguments.GetValue(onLinkLoss), out var value)
            ? value
            : throw new ArgumentException("--on-link-loss is " + string.Join(", ", KebabCase.All<OnLinkLoss>())),
        PeerTimeoutSeconds = arguments.GetValue(peerTimeout),
        HoldDownSeconds = arguments.GetValue(holdDown),
        CatchUpBytesPerSecondMax = arguments.GetValue(rate),
    };
}

/// <summary>Reads sizes as people write them.</summary>
internal static class Sizes
{
    public static bool TryParse(string text, out long bytes)
    {
        var shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch
        {
            'K' => 10,
            'M' => 20,
            'G' => 30,
            'T' => 40,
            _ => 0,
        };
        var digits = shift > 0 ? text[..^1] : text;
        if (!long.TryParse(digits, out bytes) || bytes < 0 || bytes > long.MaxValue >> shift)
        {
            bytes = 0;
            return false;
        }

        bytes <<= shift;
        return true;
    }
}
