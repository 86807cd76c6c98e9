using System.Linq.Expressions;
using Runbooks.Temporal.Common;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class ExpressionUtilTests
{
    private readonly int field = 5;

    [Fact]
    public void Call_IsTakenApart_WhateverItsArgumentsAre()
    {
        var local = "captured";

        var (method, args) = Call(part => part.Run(1, local, new[] { field, local.Length }, field + 1));

        Assert.Equal(nameof(IPart.Run), method.Name);
        Assert.Equal([1, "captured", new[] { 5, 8 }, 6], args);
    }

    [Fact]
    public void Property_IsACallWithoutArguments()
    {
        Expression<Func<IPart, string>> expression = part => part.State;

        var (member, args) = ExpressionUtil.ExtractCallOrProperty(expression);

        Assert.Equal(nameof(IPart.State), member.Name);
        Assert.Empty(args);
    }

    [Fact]
    public void Anything_ThatIsNoCallOnTheParameter_IsRefused()
    {
        Expression<Func<IPart, Task>> constant = _ => Task.CompletedTask;
        Expression<Func<IPart, Task>> elsewhere = _ => Task.Delay(1);

        Assert.Throws<ArgumentException>(() => ExpressionUtil.ExtractCall(constant));
        Assert.Throws<ArgumentException>(() => ExpressionUtil.ExtractCall(elsewhere));
    }

    private static (System.Reflection.MethodInfo Method, IReadOnlyCollection<object?> Args) Call(
        Expression<Func<IPart, Task>> expression) => ExpressionUtil.ExtractCall(expression);

    private interface IPart
    {
        string State { get; }

        Task Run(int number, string text, int[] list, object boxed);
    }
}
