namespace Runbooks.Workflows.People;

/// <summary>A person's answer to a question; the control plane has checked who they are and recorded it before it is sent.</summary>
/// <param name="QuestionId">Which question.</param>
/// <param name="Choice">One of its choices.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, in their words.</param>
public sealed record Answer(string QuestionId, string Choice, string By, string Reason);
