using Runbooks.Domain.Errors;

namespace Runbooks.Definitions.Plans;

/// <summary>Why a plan cannot be made of a valid document and the facts of a run.</summary>
internal static class Refusals
{
    public static Refusal NotAList(string path, string reference) => new(
        RefusalCodes.PlanNotAList,
        $"Step {path} cannot be unfolded.",
        $"'{reference}' is not a list in this run.",
        "Name a list of the group, as in '${group.workloads}'.")
    {
        Field = path,
    };

    public static Refusal TooManySteps(int max) => new(
        RefusalCodes.PlanTooManySteps,
        "The plan is too large.",
        $"Unfolded it has more than {max} steps.",
        "Split the group, or use a group step in place of a for-each.");

    public static Refusal UnknownReference(string path, string reference) => new(
        RefusalCodes.PlanUnknownReference,
        $"Step {path} refers to something that this run does not have.",
        $"'${{{reference}}}' has no value.",
        "Check the inputs, the group's fields and the outputs of the steps before it.")
    {
        Field = path,
    };
}
