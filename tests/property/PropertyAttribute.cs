using System.Globalization;
using FsCheck;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Druid.PropertyTests;

/// <summary>
/// A test that returns an FsCheck property, which is checked with random cases. The seed is printed with the result; the same
/// cases come again with <c>DRUID_SEED</c> set to it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Druid.PropertyTests.PropertyDiscoverer", "Druid.PropertyTests")]
public sealed class PropertyAttribute : FactAttribute
{
    /// <summary>How many cases are tried.</summary>
    public int Cases { get; set; } = 100;
}

/// <summary>Finds properties for xunit.</summary>
public sealed class PropertyDiscoverer(IMessageSink messages) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc />
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new PropertyTestCase(messages, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

/// <summary>A property as a test case of xunit.</summary>
public sealed class PropertyTestCase : XunitTestCase
{
    /// <summary>For xunit, which makes test cases from what it has stored of them.</summary>
    [Obsolete("Called by the de-serializer; should only be called by deriving classes for de-serialization purposes")]
    public PropertyTestCase()
    {
    }

    /// <summary>A property.</summary>
    public PropertyTestCase(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(messages, display, options, method)
    {
    }

    /// <inheritdoc />
    public override Task<RunSummary> RunAsync(IMessageSink diagnosticMessageSink, IMessageBus messageBus, object[] constructorArguments, ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource) =>
        new CaseRunner(this, DisplayName, SkipReason, constructorArguments, TestMethodArguments, messageBus, aggregator, cancellationTokenSource).RunAsync();

    sealed class CaseRunner(IXunitTestCase testCase, string displayName, string skipReason, object[] constructorArguments, object[] arguments, IMessageBus messages, ExceptionAggregator aggregator, CancellationTokenSource cancel)
        : XunitTestCaseRunner(testCase, displayName, skipReason, constructorArguments, arguments, messages, aggregator, cancel)
    {
        protected override XunitTestRunner CreateTestRunner(ITest test, IMessageBus messageBus, Type testClass, object[] constructorArguments, System.Reflection.MethodInfo testMethod, object[] testMethodArguments, string skipReason, IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes, ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource) =>
            new Runner(test, messageBus, testClass, constructorArguments, testMethod, testMethodArguments, skipReason, beforeAfterAttributes, new ExceptionAggregator(aggregator), cancellationTokenSource);
    }

    sealed class Runner(ITest test, IMessageBus messages, Type type, object[] constructorArguments, System.Reflection.MethodInfo method, object[] arguments, string skipReason, IReadOnlyList<BeforeAfterTestAttribute> around, ExceptionAggregator aggregator, CancellationTokenSource cancel)
        : XunitTestRunner(test, messages, type, constructorArguments, method, arguments, skipReason, around, aggregator, cancel)
    {
        // A new one each time, so that runs add up, unless one is to be seen again.
        readonly ulong seed = ulong.TryParse(Environment.GetEnvironmentVariable("DRUID_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given : (ulong)System.Random.Shared.NextInt64();

        protected override async Task<Tuple<decimal, string>> InvokeTestAsync(ExceptionAggregator aggregator)
        {
            var (time, output) = await base.InvokeTestAsync(aggregator);
            return Tuple.Create(time, string.Create(CultureInfo.InvariantCulture, $"{output}seed {seed}; again with DRUID_SEED={seed}\n"));
        }

        protected override Task<decimal> InvokeTestMethodAsync(ExceptionAggregator aggregator) =>
            new Invoker(seed, Test, MessageBus, TestClass, ConstructorArguments, TestMethod, TestMethodArguments, BeforeAfterAttributes, aggregator, CancellationTokenSource).RunAsync();
    }

    sealed class Invoker(ulong seed, ITest test, IMessageBus messages, Type type, object[] constructorArguments, System.Reflection.MethodInfo method, object[] arguments, IReadOnlyList<BeforeAfterTestAttribute> around, ExceptionAggregator aggregator, CancellationTokenSource cancel)
        : XunitTestInvoker(test, messages, type, constructorArguments, method, arguments, around, aggregator, cancel)
    {
        protected override object? CallTestMethod(object testClassInstance)
        {
            if (base.CallTestMethod(testClassInstance) is not Property property)
            {
                throw new InvalidOperationException($"{TestMethod.Name} is a [Property] and has to return one.");
            }
            var cases = ((PropertyAttribute)Attribute.GetCustomAttribute(TestMethod, typeof(PropertyAttribute))!).Cases;
            try
            {
                property.Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(cases)
                    .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed), FSharpOption<int>.None))));
            }
            catch (Exception error)
            {
                throw new XunitException(string.Create(CultureInfo.InvariantCulture, $"DRUID_SEED={seed}\n{error.Message}"));
            }
            return null;
        }
    }
}
