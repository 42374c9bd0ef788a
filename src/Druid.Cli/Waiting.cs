using System.CommandLine;
using System.CommandLine.Parsing;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Cli;

/// <summary>The options <c>--wait</c> and <c>--timeout</c>, and the waiting itself.</summary>
sealed class Waiting
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    readonly Option<bool> wait;
    readonly Option<TimeSpan> timeout = new("--timeout")
    {
        Description = "How long to wait, as in 90s or 10m.",
        DefaultValueFactory = _ => TimeSpan.FromMinutes(5),
        CustomParser = Parse,
    };

    public Waiting(Command command, string what)
    {
        wait = new("--wait") { Description = what };
        command.Options.Add(wait);
        command.Options.Add(timeout);
    }

    /// <summary>Whether the user wants to wait.</summary>
    public bool IsWanted(ParseResult arguments) => arguments.GetValue(wait);

    /// <summary>Reads an object again and again until it is as it should be.</summary>
    /// <param name="arguments">Say how long.</param>
    /// <param name="client">Reads it.</param>
    /// <param name="key">The object.</param>
    /// <param name="done">Whether it is as it should be.</param>
    /// <param name="progress">What to say of it meanwhile; repeated only when it changes.</param>
    /// <param name="terminal">Where to say it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="WaitException">It was not in time.</exception>
    public async Task<T> Until<T>(
        ParseResult arguments, KubernetesClient client, ObjectKey key, Func<T, bool> done, Func<T, string> progress, Terminal terminal, CancellationToken cancel)
        where T : class, IResource<T>
    {
        using var deadline = new CancellationTokenSource(arguments.GetValue(timeout));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var said = "";
        try
        {
            while (true)
            {
                var seen = await client.Get<T>(key, either.Token);
                if (done(seen))
                {
                    return seen;
                }
                if (progress(seen) is var now && now != said)
                {
                    terminal.Progress($"{key}: {said = now}");
                }
                await Task.Delay(Pause, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new WaitException($"{T.Type.Kind} {key} was not done within {(Duration)arguments.GetValue(timeout)}: {said}");
        }
    }

    static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Duration.TryParse(text, out var duration) && duration.Nanoseconds > 0)
        {
            return duration;
        }
        result.AddError($"--timeout: '{text}' is no time to wait: give one above zero, as in 90s or 10m.");
        return default;
    }
}
