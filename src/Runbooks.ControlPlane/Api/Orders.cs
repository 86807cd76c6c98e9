namespace Runbooks.ControlPlane.Api;

/// <summary>The direction of a sorted list: <c>asc</c> or <c>desc</c>.</summary>
internal static class Orders
{
    public static bool IsAscending(string? order, bool unlessSaid = false) => order switch
    {
        null => unlessSaid,
        "asc" => true,
        "desc" => false,
        _ => throw ApiRefusals.Field("order", $"'{order}' is not asc or desc.", "Use one of the two."),
    };
}
