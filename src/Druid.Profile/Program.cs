using System.CommandLine;

namespace Druid.Profile;

/// <summary>What of a program is compiled when it is published: <c>hack/profile</c> records it, <c>src/Publish.props</c> has it compiled.</summary>
static class Program
{
    static int Main(string[] arguments)
    {
        var root = new RootCommand("Chooses what is compiled ahead of time.") { Record(), Compile() };
        return root.Parse(arguments).Invoke();
    }

    static Command Record()
    {
        var usual = new Option<FileInfo[]>("--usual") { Description = "Perf maps of usual runs, without code compiled ahead of time.", Required = true, AllowMultipleArgumentsPerToken = true };
        var seldom = new Option<FileInfo[]>("--seldom") { Description = "Perf maps of what is done seldom.", AllowMultipleArgumentsPerToken = true };
        var output = new Option<FileInfo>("--output") { Description = "The list to write.", Required = true };
        var command = new Command("record", "Lists what ran.") { usual, seldom, output };
        command.SetAction(parsed =>
        {
            var methods = Read(parsed.GetRequiredValue(usual), false).Concat(Read(parsed.GetValue(seldom) ?? [], true)).ToList();
            MethodList.Write(parsed.GetRequiredValue(output).FullName, methods);
            Console.WriteLine($"{methods.DistinctBy(m => m with { IsSeldom = false }).Count()} methods ran");
        });
        return command;

        // Instances for types of ours change with them; they are found again by who calls them.
        static IEnumerable<UsedMethod> Read(FileInfo[] maps, bool isSeldom) =>
            maps.SelectMany(m => File.ReadLines(m.FullName)).Select(l => UsedMethod.Parse(l, isSeldom)).OfType<UsedMethod>().Where(m => IsOurs(m.Assembly) || !m.Type.Contains("Druid.", StringComparison.Ordinal));
    }

    static Command Compile()
    {
        var list = new Option<FileInfo>("--list") { Description = "What ran, as recorded.", Required = true };
        var assemblies = new Option<DirectoryInfo>("--assemblies") { Description = "The program's assemblies, trimmed.", Required = true };
        var output = new Option<FileInfo>("--output") { Description = "The profile to write.", Required = true };
        var command = new Command("compile", "Writes the profile for the compiler.") { list, assemblies, output };
        command.SetAction(parsed =>
        {
            using var program = new ProgramAssemblies(parsed.GetRequiredValue(assemblies).FullName);
            using var profile = new CompilationProfile(program);
            var (known, gone) = (0, 0);
            // What is added first has its place among what it was added with.
            foreach (var methods in MethodList.Read(parsed.GetRequiredValue(list).FullName).GroupBy(m => m.IsSeldom).OrderBy(g => g.Key))
            {
                foreach (var method in methods)
                {
                    if (profile.Add(method)) known++;
                    else gone++;
                }
                profile.AddCalledGenerics();
            }
            foreach (var own in program.All.Where(a => IsOurs(a.Name.Name))) profile.AddAllOf(own);
            profile.AddCalledGenerics();
            profile.Write(parsed.GetRequiredValue(output).FullName);
            Console.WriteLine($"{profile.Count} methods to compile; of {known + gone} that were recorded, {gone} are not there any more");
        });
        return command;
    }

    static bool IsOurs(string assembly) => assembly.StartsWith("Druid.", StringComparison.Ordinal) || assembly.StartsWith("druid-", StringComparison.Ordinal);
}
