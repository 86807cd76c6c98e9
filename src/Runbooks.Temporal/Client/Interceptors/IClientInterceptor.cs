namespace Runbooks.Temporal.Client.Interceptors;

/// <summary>Wraps the calls of a client. Interceptors given first see a call first.</summary>
public interface IClientInterceptor
{
    /// <summary>Returns an interceptor that calls <paramref name="nextInterceptor"/>, or that one itself.</summary>
    ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) => nextInterceptor;
}
