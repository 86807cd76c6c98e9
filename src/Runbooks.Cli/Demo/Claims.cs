namespace Runbooks.Cli.Demo;

/// <summary>What the demo claims and whether it held. The exit code is 0 only if all of them did.</summary>
internal sealed class Claims
{
    private readonly List<Claim> all = [];

    public IReadOnlyList<Claim> All => all;

    public bool AllHeld => all.Count > 0 && all.TrueForAll(c => c.Held);

    /// <summary>
    /// Records a claim; a false one does not end the story, so that everything that is wrong is seen at once.
    /// </summary>
    public bool Check(string name, bool held, string detail)
    {
        all.Add(new Claim(name, held, detail));
        return held;
    }
}

/// <summary>One claim.</summary>
internal sealed record Claim(string Name, bool Held, string Detail);
