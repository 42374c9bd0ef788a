namespace Druid.Member.Stores.Credentials;

/// <summary>
/// Something made from credentials, and made anew once these have changed. The files are read whenever it is asked for (a
/// few kilobytes a call to the provider), so a rotated Secret takes effect with the next call. While new files are
/// unusable, as in the middle of a rotation, the last good value stays.
/// </summary>
/// <param name="files">Null where there are none; then the value is made once.</param>
/// <param name="make">Makes it; null entries where there are no files.</param>
sealed class Rotating<T>(CredentialFiles? files, Func<CredentialEntries?, T> make) where T : class
{
    readonly Lock _gate = new();
    string? _seen;
    T? _value;

    /// <summary>The value for what the files contain now.</summary>
    /// <exception cref="StoreException">They are unusable, and have been from the beginning.</exception>
    public T Current
    {
        get
        {
            lock (_gate)
            {
                try
                {
                    var entries = files?.Read();
                    if (_value is null || _seen != entries?.Digest) (_value, _seen) = (make(entries), entries?.Digest);
                }
                catch (StoreException) when (_value is not null)
                {
                    // The last good one stays.
                }
                return _value;
            }
        }
    }
}
