using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Api;

/// <summary>The interface's words for no: each names cause and correction, and the field when one is at fault.</summary>
internal static class ApiRefusals
{
    public static RefusalException Refuse(
        string code, string message, string cause, string correction, string? field = null) =>
        new(new Refusal(code, message, cause, correction) { Field = field });

    public static RefusalException Field(string field, string cause, string correction) =>
        Refuse(ApiRefusalCodes.FieldInvalid, $"The value of {field} cannot be used.", cause, correction, field);

    public static RefusalException NotFound(string what, string id) => Refuse(
        ApiRefusalCodes.NotFound, $"There is no {what} {id}.", $"No {what} with this name or id is known, or it was removed.",
        $"List the {what}s and use one of those names.");

    public static RefusalException Exists(string what, string id) => Refuse(
        ApiRefusalCodes.AlreadyExists, $"The {what} {id} exists already.", $"A {what} of this name was made before.",
        $"Choose another name, or change the existing {what}.");

    public static RefusalException Changed(string what, string id, long version) => Refuse(
        ApiRefusalCodes.Changed, $"The {what} {id} was changed by somebody else.",
        $"If-Match names another version than the current one, {version}.",
        "Read it again, apply your change to what you read, and send its ETag.");

    public static RefusalException InUse(string what, string id, string by) => Refuse(
        ApiRefusalCodes.InUse, $"The {what} {id} is in use.", $"It is used by {by}.", $"Remove {by} first.");

    public static RefusalException Scope(string what) => Refuse(
        ApiRefusalCodes.RoleMissing, $"Your role does not cover {what}.",
        "Your role is limited to other sites or groups.", "Ask an administrator for the role on this one.");
}
