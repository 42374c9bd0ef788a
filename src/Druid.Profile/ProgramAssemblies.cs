using Mono.Cecil;

namespace Druid.Profile;

/// <summary>The assemblies of a program as they are before they are compiled: trimmed, in intermediate language.</summary>
sealed class ProgramAssemblies : IDisposable
{
    readonly DefaultAssemblyResolver _resolver = new();
    readonly List<AssemblyDefinition> _all = [];
    readonly Dictionary<string, Dictionary<string, TypeDefinition>> _types = new(StringComparer.Ordinal);
    readonly Dictionary<string, TypeDefinition> _anywhere = new(StringComparer.Ordinal);

    /// <param name="directory">Where all of them are.</param>
    public ProgramAssemblies(string directory)
    {
        _resolver.AddSearchDirectory(directory);
        foreach (var file in Directory.GetFiles(directory, "*.dll").Order(StringComparer.Ordinal))
        {
            var assembly = AssemblyDefinition.ReadAssembly(file, new() { AssemblyResolver = _resolver });
            _all.Add(assembly);
            var own = _types[assembly.Name.Name] = new(StringComparer.Ordinal);
            foreach (var type in assembly.MainModule.GetTypes())
            {
                own.TryAdd(RuntimeName(type), type);
                _anywhere.TryAdd(RuntimeName(type), type);
            }
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<AssemblyDefinition> All => _all;

    /// <summary>Finds references between them.</summary>
    public IAssemblyResolver Resolver => _resolver;

    /// <summary>The type of that name without arguments: in the assembly if it has one, or else in any.</summary>
    public TypeDefinition? Find(string name, string assembly) =>
        _types.TryGetValue(assembly, out var own) && own.TryGetValue(name, out var here) ? here : _anywhere.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var assembly in _all) assembly.Dispose();
        _resolver.Dispose();
    }

    static string RuntimeName(TypeDefinition type) => type.FullName.Replace('/', '+');
}
