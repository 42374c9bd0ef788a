using System.Collections.Frozen;

namespace Druid.Api;

/// <summary>The empty map that stands for an absent one.</summary>
static class Empty
{
    public static readonly IReadOnlyDictionary<string, string> Map = FrozenDictionary<string, string>.Empty;
}
