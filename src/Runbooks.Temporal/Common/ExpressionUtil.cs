using System.Linq.Expressions;
using System.Reflection;

namespace Runbooks.Temporal.Common;

/// <summary>Takes <c>wf => wf.RunAsync(a, b)</c> apart into the method and the values of its arguments.</summary>
internal static class ExpressionUtil
{
    /// <summary>The called method and its evaluated arguments. Throws when the body is not one call on the lambda's
    /// parameter (or, without parameters, one static call or a call on a captured instance).</summary>
    public static (MethodInfo Method, IReadOnlyCollection<object?> Args) ExtractCall(LambdaExpression expression)
    {
        var body = StripConvert(expression.Body);
        if (body is not MethodCallExpression call)
        {
            throw new ArgumentException("The expression must be a single method call.", nameof(expression));
        }

        if (expression.Parameters.Count > 0 && call.Object != expression.Parameters[0])
        {
            throw new ArgumentException(
                "The method must be called on the expression's own parameter.", nameof(expression));
        }

        return (call.Method, call.Arguments.Select(Evaluate).ToArray());
    }

    /// <summary>As <see cref="ExtractCall"/>, or the property of <c>wf => wf.Property</c> without arguments.</summary>
    public static (MemberInfo Member, IReadOnlyCollection<object?> Args) ExtractCallOrProperty(
        LambdaExpression expression)
    {
        if (StripConvert(expression.Body) is MemberExpression { Member: PropertyInfo property } member &&
            member.Expression == expression.Parameters.FirstOrDefault())
        {
            return (property, []);
        }

        return ExtractCall(expression);
    }

    private static Expression StripConvert(Expression body) =>
        body is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand : body;

    private static object? Evaluate(Expression argument)
    {
        switch (argument)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field, Expression: ConstantExpression closure }:
                // A captured local, by far the most common argument: no compilation needed.
                return field.GetValue(closure.Value);
            default:
                var boxed = Expression.Convert(argument, typeof(object));
                return Expression.Lambda<Func<object?>>(boxed).Compile(preferInterpretation: true)();
        }
    }
}
