using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Druid.Profile;

/// <summary>
/// What is compiled ahead of time, as crossgen2 reads it (<c>--mibc</c>): an assembly whose code is never run but lists tokens. Its global method
/// <c>AssemblyDictionary</c> names, for each assembly, a method that has a <c>ldtoken</c> for each method of it
/// (dotnet/runtime, docs/design/features/PgoFormat and the reader in crossgen2, MIbcProfileParser).
/// </summary>
sealed class CompilationProfile : IDisposable
{
    const int Never = 0, Seldom = 1, Usually = 2;

    readonly AssemblyDefinition _profile;
    readonly ModuleDefinition _module;
    readonly Instantiations _instantiations;
    readonly SortedDictionary<string, List<(MethodReference Method, int Weight)>> _methods = new(StringComparer.Ordinal);
    readonly HashSet<string> _added = new(StringComparer.Ordinal);
    readonly HashSet<MethodDefinition> _wanted = [];
    readonly Queue<(MethodReference Method, MethodDefinition Definition, int Weight)> _unread = new();

    /// <param name="program">What is to be compiled.</param>
    public CompilationProfile(ProgramAssemblies program)
    {
        _profile = AssemblyDefinition.CreateAssembly(new("profile", new(1, 0)), "profile", new ModuleParameters { Kind = ModuleKind.Dll, AssemblyResolver = program.Resolver });
        _module = _profile.MainModule;
        _instantiations = new(program, _module);
    }

    /// <summary>How many methods are in it.</summary>
    public int Count => _added.Count;

    /// <summary>Adds a method that ran; false when the program has none of that name any more.</summary>
    public bool Add(UsedMethod used)
    {
        if (_instantiations.Type(used.Type, used.Assembly) is not { } owner || owner.Resolve() is not { } type) return false;
        var found = type.Methods.Where(m => m.Name == used.Name && m.Parameters.Count == used.Parameters).ToList();
        foreach (var method in found)
        {
            _wanted.Add(method);
            if (_instantiations.Method(method, owner) is { } reference) Add(reference, method, used.IsSeldom ? Seldom : Usually);
        }
        return found.Count > 0;
    }

    /// <summary>Adds all methods of an assembly that did not run, but those of unknown arguments, which are added with their callers.</summary>
    public void AddAllOf(AssemblyDefinition assembly)
    {
        foreach (var method in assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            _wanted.Add(method);
            if (!method.HasGenericParameters && !method.DeclaringType.HasGenericParameters) Add(_module.ImportReference(method), method, Never);
        }
    }

    /// <summary>
    /// Adds the generic methods that those already added call, and what these call in turn: with which arguments they ran is recorded nowhere,
    /// and those of our own types change with our code.
    /// </summary>
    public void AddCalledGenerics()
    {
        while (_unread.TryDequeue(out var caller))
        {
            if (!caller.Definition.HasBody) continue;
            foreach (var instruction in caller.Definition.Body.Instructions)
            {
                if (instruction.Operand is not MethodReference call || call is not GenericInstanceMethod && call.DeclaringType is not GenericInstanceType) continue;
                if (call.Resolve() is not { IsAbstract: false } method || !IsWanted(method)) continue;
                if (_instantiations.Called(call, method, caller.Method) is not { } reference) continue;
                Add(reference, method, caller.Weight);
                if (instruction.OpCode == OpCodes.Newobj) AddWantedOf(reference.DeclaringType, method.DeclaringType, caller.Weight);
            }
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string file)
    {
        var dictionary = Method("AssemblyDictionary");
        foreach (var (assembly, methods) in _methods)
        {
            var group = Method("Assemblies_" + assembly);
            foreach (var (method, weight) in methods)
            {
                group.Emit(OpCodes.Ldtoken, method);
                if (weight > Never)
                {
                    // By weight they are laid out: what runs lies together, so that hardly a page of the rest comes to memory.
                    group.Emit(OpCodes.Ldstr, "ExclusiveWeight");
                    group.Emit(OpCodes.Ldc_I4, weight);
                }
                group.Emit(OpCodes.Pop);
            }
            group.Emit(OpCodes.Ret);
            dictionary.Emit(OpCodes.Ldstr, assembly + ";");
            dictionary.Emit(OpCodes.Ldtoken, group.Body.Method);
            dictionary.Emit(OpCodes.Pop);
        }
        dictionary.Emit(OpCodes.Ret);
        _profile.Write(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _profile.Dispose();

    // What is made is used; much of it by slot or from within, where no name of it is to be read.
    void AddWantedOf(TypeReference made, TypeDefinition type, int weight)
    {
        foreach (var method in type.Methods.Where(m => m.HasBody && !m.HasGenericParameters && IsWanted(m)))
        {
            if (_instantiations.Method(method, made) is { } reference) Add(reference, method, weight);
        }
    }

    // The machinery of async methods is called with each of them: what runs of one runs of all.
    bool IsWanted(MethodDefinition method) => _wanted.Contains(method) || method.DeclaringType.Namespace == "System.Runtime.CompilerServices";

    void Add(MethodReference method, MethodDefinition definition, int weight)
    {
        var assembly = definition.Module.Assembly.Name.Name;
        if (!_added.Add($"[{assembly}]{method.FullName}")) return;
        if (!_methods.TryGetValue(assembly, out var methods)) _methods.Add(assembly, methods = []);
        methods.Add((method, weight));
        _unread.Enqueue((method, definition, weight));
    }

    ILProcessor Method(string name)
    {
        var method = new MethodDefinition(name, MethodAttributes.Public | MethodAttributes.Static, _module.TypeSystem.Void);
        _module.GetType("<Module>").Methods.Add(method);
        return method.Body.GetILProcessor();
    }
}
