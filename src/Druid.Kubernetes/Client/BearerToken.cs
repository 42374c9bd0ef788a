namespace Druid.Kubernetes.Client;

/// <summary>A token, or a file that holds one and may change: kubelets rotate the tokens of service accounts.</summary>
sealed class BearerToken(string? token, string? file, TimeProvider time)
{
    static readonly TimeSpan Recheck = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    string? _current;
    DateTime _written;
    long _checked;
    bool _known = file is null;

    /// <summary>The token to send, if there is one.</summary>
    /// <exception cref="ConfigurationException">The file was never readable.</exception>
    public string? Current()
    {
        if (file is null) return token;
        lock (_lock)
        {
            if (!_known || time.GetElapsedTime(_checked) >= Recheck) Reload();
            return _current;
        }
    }

    /// <summary>Reads the file again, for the server refused the token; true when there is a different one.</summary>
    public bool TryRefresh()
    {
        if (file is null) return false;
        lock (_lock)
        {
            var before = _current;
            _written = default;
            Reload();
            return _current != before;
        }
    }

    void Reload()
    {
        _checked = time.GetTimestamp();
        try
        {
            var written = File.GetLastWriteTimeUtc(file!);
            if (_known && written == _written) return;
            _current = File.ReadAllText(file!).Trim();
            (_written, _known) = (written, true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A rotation may be under way: the old token is good until the server says otherwise.
            if (!_known) throw new ConfigurationException($"Cannot read the token of this account from {file}: {e.Message}", e);
        }
    }
}
