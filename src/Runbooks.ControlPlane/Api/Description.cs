using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Runbooks.ControlPlane.Security;
using Runbooks.Domain.Text;
using System.Text.Json.Nodes;

namespace Runbooks.ControlPlane.Api;

/// <summary>The OpenAPI description of the REST interface, and a page that shows it.</summary>
internal static class Description
{
    public const string Address = "/openapi/v1.json";

    public static void AddTo(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Runbooks", Version = "v1",
                Description = "Errors are application/problem+json with type, code, cause, correction, field and traceId. "
                    + "POST takes Idempotency-Key. dryRun=true does everything but keeps nothing.",
            };
            // Ports and hosts differ per installation; the description must not.
            document.Servers = [];
            DescriptionText.FoldAll(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (type.IsEnum)
            {
                schema.Type = JsonSchemaType.String;
                schema.Enum = [.. Enum.GetNames(type).Select(n => (JsonNode)KebabCase.FromPascal(n))];
            }
            else if (type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITextValue<>)))
            {
                schema.Type = JsonSchemaType.String;
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var required = context.Description.ActionDescriptor.EndpointMetadata.OfType<AccessRequirement>().LastOrDefault();
            if (required is { IsOpen: false })
            {
                operation.Description = $"Roles: {string.Join(", ", required.Roles.Select(KebabCase.Of))}.";
            }

            return Task.CompletedTask;
        });
    });

    public static void UsePage(WebApplication app) => app.UseSwaggerUI(page =>
    {
        page.RoutePrefix = "docs";
        page.SwaggerEndpoint(Address, "Runbooks v1");
        page.DocumentTitle = "Runbooks API";
    });

    public static void Map(IEndpointRouteBuilder app) => app.MapOpenApi("/openapi/{documentName}.json").WithMetadata(AccessRequirement.Open);
}
