using System.Globalization;

namespace Druid.Member.Wrapper;

/// <summary>
/// A program that cannot outlive the agent that started it, not even if that is killed: the child asks the kernel to be
/// killed with its parent, and only then becomes the program. .NET cannot do anything between fork and exec, so the agent
/// starts itself with this command as a first step.
/// </summary>
static class Leash
{
    /// <summary>The command; not for users.</summary>
    public const string Command = "on-leash";

    /// <summary>Arguments with which the agent starts itself to become a program.</summary>
    public static IEnumerable<string> Arguments(string program, IEnumerable<string> arguments) =>
        [Command, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), program, .. arguments];

    /// <summary>Becomes the program. Returns, with an exit code, only if that fails or the parent is gone already.</summary>
    public static int Become(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [_, var parent, var program, .. var rest])
        {
            Console.Error.WriteLine($"{Command} is used by druid-member itself: see druid-member start-etcd");
            return 2;
        }
        try
        {
            Native.DieWithParent();
            if (Native.ParentId.ToString(CultureInfo.InvariantCulture) != parent)
                return 128 + Native.Kill;
            Native.HideNewFiles();
            Native.Execute(program, rest.ToArray());
            return 0;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            Console.Error.WriteLine($"{program} cannot be run: {failure.Message}");
            return 127;
        }
    }
}
