namespace Runbooks.ControlPlane.Api;

/// <summary>Refusals of the REST and agent interfaces. Stable: a retired code is never reused.</summary>
public static class ApiRefusalCodes
{
    public const string Unreadable = "RB-API-001";
    public const string FieldInvalid = "RB-API-002";
    public const string NotAuthenticated = "RB-API-003";
    public const string RoleMissing = "RB-API-004";
    public const string NotFound = "RB-API-005";
    public const string AlreadyExists = "RB-API-006";
    public const string Changed = "RB-API-007";
    public const string KeyReused = "RB-API-008";
    public const string InUse = "RB-API-009";
    public const string TooLarge = "RB-API-010";
    public const string ShownOnce = "RB-API-011";
    public const string BrowserHeaderMissing = "RB-API-012";
    public const string TooManyRequests = "RB-API-013";
    public const string MethodNotAllowed = "RB-API-014";
    public const string MediaType = "RB-API-015";

    public const string SignInRefused = "RB-SIGNIN-001";
    public const string SecondFactorNeeded = "RB-SIGNIN-002";
    public const string SignInTooSoon = "RB-SIGNIN-003";
    public const string PasswordMustChange = "RB-SIGNIN-004";
    public const string PasswordWeak = "RB-SIGNIN-005";
    public const string CodeWrong = "RB-SIGNIN-006";

    public const string JoinTokenRefused = "RB-AGENT-001";
    public const string CertificateRequestBad = "RB-AGENT-002";
    public const string CertificateMissing = "RB-AGENT-003";
    public const string CertificateRefused = "RB-AGENT-004";
    public const string SecondAgent = "RB-AGENT-005";
    public const string SiteMismatch = "RB-AGENT-006";

    public const string GroupBusy = "RB-RUN-001";
    public const string PlanChanged = "RB-RUN-002";
    public const string OwnRequest = "RB-RUN-003";
    public const string ApprovalExpired = "RB-RUN-004";
    public const string WrongState = "RB-RUN-005";
    public const string ConfirmationMissing = "RB-RUN-006";
    public const string AlreadyDecided = "RB-RUN-007";
    public const string NotPublished = "RB-RUN-008";

    public const string DocumentInvalid = "RB-RUNBOOK-001";
    public const string ElsaRefused = "RB-RUNBOOK-002";
    public const string DraftChanged = "RB-RUNBOOK-003";
    public const string AlreadyProtected = "RB-PROTECT-001";
    public const string SiteNotReady = "RB-PROTECT-002";
    public const string NotRetryable = "RB-PROTECT-003";
    public const string AlreadyRemoved = "RB-PROTECT-004";

    /// <summary>The one table from a refusal to its HTTP status; a code without an entry is 409.</summary>
    public static int StatusOf(string code) => Statuses.GetValueOrDefault(code, StatusCodes.Status409Conflict);

    private static readonly Dictionary<string, int> Statuses = new()
    {
        [Unreadable] = 400,
        [FieldInvalid] = 422,
        [NotAuthenticated] = 401,
        [RoleMissing] = 403,
        [NotFound] = 404,
        [Changed] = 412,
        [KeyReused] = 422,
        [TooLarge] = 413,
        [BrowserHeaderMissing] = 403,
        [TooManyRequests] = 429,
        [MethodNotAllowed] = 405,
        [MediaType] = 415,
        [SignInRefused] = 401,
        [SecondFactorNeeded] = 401,
        [SignInTooSoon] = 429,
        [PasswordMustChange] = 403,
        [PasswordWeak] = 422,
        [CodeWrong] = 422,
        [JoinTokenRefused] = 403,
        [CertificateRequestBad] = 422,
        [CertificateMissing] = 401,
        [CertificateRefused] = 403,
        [SiteMismatch] = 403,
        [PlanChanged] = 412,
        [OwnRequest] = 403,
        [ConfirmationMissing] = 422,
        [DocumentInvalid] = 422,
        [ElsaRefused] = 422,
        [DraftChanged] = 412,
        [Domain.Errors.RefusalCodes.ArbiterWrongGeneration] = 412,
        [Domain.Errors.RefusalCodes.ArbiterStaleVersion] = 412,
        [Domain.Errors.RefusalCodes.ArbiterUnknownProtection] = 404,
        [Domain.Errors.RefusalCodes.ArbiterBadRequest] = 422,
    };
}
