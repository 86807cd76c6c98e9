namespace Runbooks.Definitions.Diff;

/// <summary>One field that differs; a missing side was not there.</summary>
/// <param name="Field">Path within its step or document: <c>with.zone</c>.</param>
/// <param name="Before">Its value as JSON; null when it was not there.</param>
/// <param name="After">Likewise.</param>
public sealed record FieldDifference(string Field, string? Before, string? After);

/// <summary>One step that differs, by ids and never by lines.</summary>
/// <param name="Path">Where it is now, or was when it was removed: <c>databases.start</c>.</param>
/// <param name="Change"><c>added</c>, <c>removed</c>, <c>moved</c> or <c>changed</c>; a moved one may have changed
/// fields too.</param>
/// <param name="Title">For people; the id when it has none.</param>
/// <param name="Kind">Kind from the step library; null for a block.</param>
/// <param name="MovedFrom">For a moved step: its former path, or <c>place 3</c> among the same siblings.</param>
/// <param name="Fields">What differs in it.</param>
public sealed record StepDifference(
    string Path, string Change, string Title, string? Kind, string? MovedFrom, IReadOnlyList<FieldDifference> Fields);

/// <summary>What two runbooks differ in, by meaning.</summary>
/// <param name="Same">True when they mean the same.</param>
/// <param name="Steps">Steps that differ, in the order of the newer document; removed ones last.</param>
/// <param name="Settings">Fields outside the steps.</param>
/// <param name="Text">The same for reading: one line each.</param>
public sealed record RunbookDifference(
    bool Same, IReadOnlyList<StepDifference> Steps, IReadOnlyList<FieldDifference> Settings, string Text);
