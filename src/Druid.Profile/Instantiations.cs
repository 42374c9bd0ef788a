using Mono.Cecil;

namespace Druid.Profile;

/// <summary>
/// Makes references to methods with arguments for their type parameters. Code is shared by all classes, so each class among the arguments
/// becomes <c>System.__Canon</c>, which crossgen2 expects in an assembly of that purpose.
/// </summary>
/// <param name="program">Where types are found.</param>
/// <param name="module">Where references are made.</param>
sealed class Instantiations(ProgramAssemblies program, ModuleDefinition module)
{
    const string CanonName = "System.__Canon";

    readonly TypeReference _canon = new("System", "__Canon", module, Reference(module, "System.Private.Canon"));

    /// <summary>The type of a name as the runtime writes it; null when there is none.</summary>
    public TypeReference? Type(string name, string assembly)
    {
        var at = 0;
        var type = Type(name, ref at, assembly);
        return at == name.Length ? type : null;
    }

    /// <summary>The method of that type, if it is a generic one for classes only; null when the type's arguments are not known.</summary>
    public MethodReference? Method(MethodDefinition method, TypeReference owner)
    {
        var result = module.ImportReference(method);
        if (method.DeclaringType.HasGenericParameters)
        {
            if (owner is not GenericInstanceType instance) return null;
            result = On(result, instance);
        }
        return method.HasGenericParameters ? With(result, method.GenericParameters.Select(_ => _canon)) : result;
    }

    /// <summary>The method that a call is of when the caller is this one; null when that cannot be told.</summary>
    public MethodReference? Called(MethodReference call, MethodDefinition method, MethodReference caller)
    {
        var result = module.ImportReference(method);
        if (method.DeclaringType.HasGenericParameters)
        {
            if (call.DeclaringType is not GenericInstanceType owner || All(owner.GenericArguments, caller) is not { } arguments) return null;
            result = On(result, With(module.ImportReference(method.DeclaringType), arguments));
        }
        if (method.HasGenericParameters)
        {
            if (call is not GenericInstanceMethod instance || All(instance.GenericArguments, caller) is not { } arguments) return null;
            result = With(result, arguments);
        }
        return result;
    }

    TypeReference? Type(string text, ref int at, string assembly)
    {
        var start = at;
        while (at < text.Length && text[at] is not ('[' or ']' or ',')) at++;
        var name = text[start..at];
        var type = name == CanonName ? _canon : program.Find(name, assembly) is { } found ? module.ImportReference(found) : null;
        while (at < text.Length && text[at] == '[')
        {
            at++;
            if (at < text.Length && text[at] == ']')
            {
                at++;
                type = _canon;
                continue;
            }
            var arguments = new List<TypeReference?>();
            do arguments.Add(Type(text, ref at, assembly));
            while (at < text.Length && text[at++] == ',');
            type = type is null || arguments.Contains(null) ? null : With(type, arguments.OfType<TypeReference>());
        }
        return type;
    }

    List<TypeReference>? All(IEnumerable<TypeReference> arguments, MethodReference context)
    {
        var all = new List<TypeReference>();
        foreach (var argument in arguments)
        {
            if (Shared(argument, context) is not { } shared) return null;
            all.Add(shared);
        }
        return all;
    }

    TypeReference? Shared(TypeReference type, MethodReference context)
    {
        switch (type)
        {
            case GenericParameter parameter:
                var arguments = parameter.Type == GenericParameterType.Method ? (context as GenericInstanceMethod)?.GenericArguments : (context.DeclaringType as GenericInstanceType)?.GenericArguments;
                return arguments is not null && parameter.Position < arguments.Count ? arguments[parameter.Position] : null;
            case ArrayType:
                return _canon;
            case PointerType or ByReferenceType or FunctionPointerType:
                return null;
            case GenericInstanceType instance when instance.Resolve() is { IsValueType: true } definition:
                return All(instance.GenericArguments, context) is { } inner ? With(module.ImportReference(definition), inner) : null;
            default:
                return type.Resolve() is not { } plain ? null : plain.IsValueType ? module.ImportReference(plain) : _canon;
        }
    }

    static GenericInstanceType With(TypeReference type, IEnumerable<TypeReference> arguments)
    {
        var instance = new GenericInstanceType(type);
        foreach (var argument in arguments) instance.GenericArguments.Add(argument);
        return instance;
    }

    static GenericInstanceMethod With(MethodReference method, IEnumerable<TypeReference> arguments)
    {
        var instance = new GenericInstanceMethod(method);
        foreach (var argument in arguments) instance.GenericArguments.Add(argument);
        return instance;
    }

    static MethodReference On(MethodReference method, GenericInstanceType owner)
    {
        var copy = new MethodReference(method.Name, method.ReturnType, owner) { HasThis = method.HasThis, ExplicitThis = method.ExplicitThis, CallingConvention = method.CallingConvention };
        foreach (var parameter in method.Parameters) copy.Parameters.Add(new(parameter.ParameterType));
        foreach (var parameter in method.GenericParameters) copy.GenericParameters.Add(new(parameter.Name, copy));
        return copy;
    }

    static AssemblyNameReference Reference(ModuleDefinition module, string name)
    {
        var reference = new AssemblyNameReference(name, new(0, 0));
        module.AssemblyReferences.Add(reference);
        return reference;
    }
}
