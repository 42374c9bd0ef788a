namespace Druid.Member.Configuration;

/// <summary>The mounted configuration, read again for each use: the operator changes it while members run.</summary>
sealed class ConfigSource(string path)
{
    readonly Lock _gate = new();
    string _text = "";
    ClusterConfig? _parsed;

    /// <summary>The configuration as it is now.</summary>
    /// <exception cref="ConfigException">It is missing, or not such a configuration.</exception>
    public ClusterConfig Current
    {
        get
        {
            lock (_gate)
            {
                var text = Read();
                if (_parsed is null || text != _text) (_parsed, _text) = (ClusterConfig.Parse(text, path), text);
                return _parsed;
            }
        }
    }

    string Read()
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{path} cannot be read: {unreadable.Message}", unreadable);
        }
    }
}
