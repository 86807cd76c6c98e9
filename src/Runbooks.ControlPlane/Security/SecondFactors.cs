using System.Security.Cryptography;
using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Security;

/// <summary>Authenticator apps and recovery codes: enrolled, confirmed by a first code, used once each.</summary>
public sealed class SecondFactors(EnvelopeKey envelope, TimeProvider clock)
{
    private const int RecoveryCodes = 10;
    private const int RecoveryCodeBytes = 10;

    /// <summary>A fresh secret that counts only once <see cref="ConfirmAsync"/> has seen a code of it.</summary>
    public async Task<byte[]> BeginAsync(Change change, string user)
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretBytes);
        var made = await change.Connection.ExecuteAsync(
            """
            insert into control.second_factors as f (user_id, secret) values (@user, @secret)
            on conflict (user_id) do update set secret = excluded.secret, last_step = 0, created_at = clock_timestamp()
            where f.confirmed_at is null
            """,
            new { user, secret = envelope.Seal(secret, PurposeOf(user)) }, change.Transaction);
        return made == 1
            ? secret
            : throw ApiRefusals.Refuse(
                ApiRefusalCodes.AlreadyExists, "There is a second factor already.", "Each user has one.",
                "Remove it first, with a code of it.");
    }

    /// <returns>The recovery codes, shown once.</returns>
    public async Task<IReadOnlyList<string>> ConfirmAsync(Change change, string user, string code)
    {
        if (!await UseAsync(change, user, code, null, confirmed: false))
        {
            throw WrongCode();
        }

        await change.Connection.ExecuteAsync(
            """
            update control.second_factors set confirmed_at = clock_timestamp() where user_id = @user;
            delete from control.recovery_codes where user_id = @user;
            """,
            new { user }, change.Transaction);
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => NewRecoveryCode()).ToList();
        foreach (var made in codes)
        {
            await change.Connection.ExecuteAsync(
                "insert into control.recovery_codes (user_id, hash) values (@user, @hash)",
                new { user, hash = HashOf(user, made) }, change.Transaction);
        }

        return codes;
    }

    /// <summary>Uses up a code, or a recovery code; false when it is wrong or was used before.</summary>
    public async Task<bool> UseAsync(
        Change change, string user, string? code, string? recoveryCode, bool confirmed = true)
    {
        if (code is null)
        {
            return recoveryCode is not null && await change.Connection.ExecuteAsync(
                """
                update control.recovery_codes set used_at = clock_timestamp()
                where user_id = @user and hash = @hash and used_at is null
                """,
                new { user, hash = HashOf(user, recoveryCode) }, change.Transaction) == 1;
        }

        var row = await change.Connection.QuerySingleOrDefaultAsync<Row>(
            """
            select secret, last_step from control.second_factors
            where user_id = @user and (confirmed_at is not null) = @confirmed for update
            """,
            new { user, confirmed }, change.Transaction);
        if (row is null
            || Totp.Match(envelope.Open(row.Secret, PurposeOf(user)), code, clock.GetUtcNow(),
                row.Last_Step) is not { } step)
        {
            return false;
        }

        await change.Connection.ExecuteAsync(
            "update control.second_factors set last_step = @step where user_id = @user", new { user, step },
                change.Transaction);
        return true;
    }

    public static Task RemoveAsync(Change change, string user) => change.Connection.ExecuteAsync(
        """
        delete from control.second_factors where user_id = @user;
        delete from control.recovery_codes where user_id = @user;
        """,
        new { user }, change.Transaction);

    public static Domain.Errors.RefusalException WrongCode() => ApiRefusals.Refuse(
        ApiRefusalCodes.CodeWrong, "The code is not right.",
            "It is not this app's present code, or it was used before.",
        "Wait for the next code; check that the phone's clock is right.", "code");

    // 80 random bits in four groups, e.g. 2FQK-…: nothing to guess, so a plain hash keeps it, as with tokens.
    private static string NewRecoveryCode()
    {
        var text = Base32.Write(RandomNumberGenerator.GetBytes(RecoveryCodeBytes));
        return string.Join('-', text.Chunk(4).Select(group => new string(group)));
    }

    private static byte[] HashOf(string user, string code) => TokenText.Hash(
        $"{user}\n{code.Replace("-", "", StringComparison.Ordinal).Trim().ToUpperInvariant()}");

    private static string PurposeOf(string user) => $"second factor of {user}";

    private sealed record Row(byte[] Secret, long Last_Step);
}
