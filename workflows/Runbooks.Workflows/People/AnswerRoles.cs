namespace Runbooks.Workflows.People;

/// <summary>Role words that questions name.</summary>
internal static class AnswerRoles
{
    public const string Operator = "operator";

    public const string Approver = "approver";
}
