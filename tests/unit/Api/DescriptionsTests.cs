using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Druid.Api;
using Druid.Api.Schemas;

namespace Druid.UnitTests.Api;

public partial class DescriptionsTests
{
    [Fact]
    public void Descriptions_are_the_doc_comments()
    {
        var used = Used();
        var texts = DocComments("Druid.Api").Concat(DocComments("Druid.Kubernetes")).Where(d => used.Contains(d.Id));

        Golden.Same("src/Druid.Api/Schemas/descriptions.txt", string.Concat(texts.Select(d => $"{d.Id}: {d.Text}\n")));
    }

    [Fact]
    public void Every_field_of_the_API_is_described() =>
        Assert.Empty(
            from crd in Crds.All
            from field in SchemaWalk.Fields(crd.Schema)
            where field.Path != "metadata" && !field.Path.EndsWith('*') && !field.Path.EndsWith(']') && field.Schema.Description is null
            select $"{crd.Kind} {field.Path}");

    // The types and properties that the kinds are made of.
    static HashSet<string> Used()
    {
        var types = new HashSet<Type>();
        var used = new HashSet<string>();
        Visit(ApiJson.Of<Etcd>());
        Visit(ApiJson.Of<EtcdCopyBackupsTask>());
        Visit(ApiJson.Of<EtcdOpsTask>());
        return used;

        void Visit(JsonTypeInfo type)
        {
            if (type.ElementType is { } element) Visit(type.Options.GetTypeInfo(element));
            if (type.Kind != JsonTypeInfoKind.Object || type.Type.Name == "ObjectMeta" || !types.Add(type.Type)) return;
            used.Add(type.Type.FullName!);
            foreach (var property in type.Properties)
            {
                var member = (MemberInfo)property.AttributeProvider!;
                used.Add($"{member.DeclaringType!.FullName}.{member.Name}");
                Visit(property.Options.GetTypeInfo(property.PropertyType));
            }
        }
    }

    // Types and properties with their summaries, in the order in which they are declared.
    static IEnumerable<(string Id, string Text)> DocComments(string assembly) =>
        from member in XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml")).Descendants("member")
        let id = member.Attribute("name")!.Value
        where id[0] is 'T' or 'P' && member.Element("summary") is not null
        select (id[2..], Blanks().Replace(string.Concat(member.Element("summary")!.Nodes().Select(Text)), " ").Trim());

    static string Text(XNode node) => node switch
    {
        XElement { Name.LocalName: "see" } see => see.Attribute("cref")!.Value.Split('.')[^1],
        XElement element => element.Value,
        _ => ((XText)node).Value,
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
