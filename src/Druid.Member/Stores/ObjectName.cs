namespace Druid.Member.Stores;

/// <summary>What names of objects have to be like.</summary>
static class ObjectName
{
    /// <summary>Refuses a name that would mean different things to different providers, or leave the store's prefix.</summary>
    /// <exception cref="ArgumentException">It is empty, or has an empty, <c>.</c> or <c>..</c> part.</exception>
    public static string Check(string name) => name.Length > 0 && name.Split('/').All(part => part is not ("" or "." or ".."))
        ? name
        : throw new ArgumentException($"'{name}' is not the name of an object: its parts, between /, may not be empty, . or ..", nameof(name));
}
