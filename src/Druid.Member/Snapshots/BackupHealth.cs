namespace Druid.Member.Snapshots;

/// <summary>Whether backups are well: after two failures in a row they are not, until one succeeds.</summary>
sealed class BackupHealth
{
    const int Tolerated = 1;

    volatile int _failures;
    volatile string? _reason;

    /// <summary>Why backups are not well; null while they are.</summary>
    public string? Trouble => _failures > Tolerated ? _reason : null;

    /// <summary>Notes a failure.</summary>
    public void Failed(string reason)
    {
        _reason = reason;
        _failures++;
    }

    /// <summary>Notes a success.</summary>
    public void Succeeded() => _failures = 0;

    /// <summary>Forgets: somebody else takes the snapshots now.</summary>
    public void Reset() => _failures = 0;
}
