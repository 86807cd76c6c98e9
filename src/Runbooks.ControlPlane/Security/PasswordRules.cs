namespace Runbooks.ControlPlane.Security;

/// <summary>What a new password must be: long rather than strange, and nothing an attacker tries first.</summary>
public static class PasswordRules
{
    public const int LengthMin = 12;

    // The derivation hashes longer input first; the limit only bounds the work one request may ask for.
    public const int LengthMax = 256;

    private static readonly string[] TriedFirst =
        ["password", "123456", "qwerty", "runbooks", "letmein", "welcome", "admin", "changeme", "iloveyou", "abc123"];

    /// <returns>Why it is refused, or null.</returns>
    public static string? Objection(string password, string userName)
    {
        if (password.Length is < LengthMin or > LengthMax)
        {
            return $"It has {password.Length} characters; {LengthMin} to {LengthMax} are asked for.";
        }

        var plain = password.ToLowerInvariant();
        if (userName.Length >= 4 && plain.Contains(userName, StringComparison.Ordinal))
        {
            return "It contains the user's name.";
        }

        // Twelve characters made of one guessable word and little else fall to the first list an attacker tries.
        var rest = TriedFirst.Aggregate(plain, static (left, word) => left.Replace(word, "", StringComparison.Ordinal));
        return rest.Distinct().Count() < 5 ? "It is a word that is tried first, or a few characters repeated." : null;
    }
}
