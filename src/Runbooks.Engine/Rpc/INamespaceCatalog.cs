using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Rpc;

/// <summary>
/// What the run side must know of namespaces. Answered from memory: it is asked on every start.
/// </summary>
public interface INamespaceCatalog
{
    /// <summary>False for a namespace that is unknown or deleted.</summary>
    bool Exists(string name);

    /// <summary>Type of a system or custom search attribute; false when it is not registered.</summary>
    bool TryGetSearchAttribute(string name, string attribute, out IndexedValueType type);
}
