using System.Xml.Linq;

namespace Druid.UnitTests.House;

/// <summary>Arrows point one way (docs/decisions and the README's map of the house).</summary>
public sealed class ReferenceTests
{
    static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Druid.StateMachine"] = [],
        ["Druid.Kubernetes"] = [],
        ["Druid.Api"] = ["Druid.Kubernetes"],
        ["Druid.Http"] = [],
        ["Druid.Operator"] = ["Druid.StateMachine", "Druid.Api", "Druid.Kubernetes", "Druid.Http"],
        ["Druid.Member"] = ["Druid.StateMachine", "Druid.Kubernetes", "Druid.Http"],
        ["Druid.Profile"] = [],
        ["Druid.Cli"] = ["Druid.StateMachine", "Druid.Api", "Druid.Kubernetes"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_place_allows(string project)
    {
        var references = Elements(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void Every_project_of_the_source_tree_has_its_place() => Assert.Equal(
        Allowed.Keys.Order(), Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(d => Path.GetFileName(d)!).Order());

    [Fact]
    public void The_machines_reference_no_package() => Assert.Empty(Elements("Druid.StateMachine", "PackageReference"));

    static IEnumerable<string> Elements(string project, string element) =>
        XDocument.Load(Path.Combine(Root, "src", project, $"{project}.csproj")).Descendants(element).Select(e => e.Attribute("Include")!.Value);

    static string Root { get; } = Ascend(AppContext.BaseDirectory);

    static string Ascend(string directory) =>
        File.Exists(Path.Combine(directory, "Druid.slnx")) ? directory : Ascend(Path.GetDirectoryName(directory)!);
}
