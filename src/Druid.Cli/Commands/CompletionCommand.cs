using System.CommandLine;

namespace Druid.Cli.Commands;

/// <summary><c>druid completion SHELL</c>: what a shell has to read so that Tab completes commands, options and names.</summary>
static class CompletionCommand
{
    static readonly Argument<string> Shell = Shells();

    public static Command Create(Terminal terminal)
    {
        var command = new Command("completion", "Prints completions for a shell: source <(druid completion bash)") { Shell };
        command.SetAction(arguments => terminal.Output.Write(arguments.GetRequiredValue(Shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }

    static Argument<string> Shells()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return shell;
    }

    const string Bash = """
        _druid() {
          local line=${COMP_LINE#* } program=${COMP_WORDS[0]}
          local at=$((COMP_POINT - ${#program} - 1))
          mapfile -t COMPREPLY < <(compgen -W "$(druid "[suggest:$at]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _druid druid kubectl-druid

        """;

    const string Zsh = """
        #compdef druid kubectl-druid
        _druid() {
          local -a offers
          local line=${BUFFER#* } program=${words[1]}
          offers=("${(@f)$(druid "[suggest:$((CURSOR - ${#program} - 1))]" "$line" 2>/dev/null)}")
          compadd -- $offers
        }
        compdef _druid druid kubectl-druid

        """;

    const string Fish = """
        function __druid
          set -l line (commandline -cp | string replace -r '^\S+\s' '')
          druid "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -f -c druid -a '(__druid)'
        complete -f -c kubectl-druid -a '(__druid)'

        """;
}
