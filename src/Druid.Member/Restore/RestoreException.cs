namespace Druid.Member.Restore;

/// <summary>A restore cannot be completed; the message names the snapshot or the step, and the remedy.</summary>
sealed class RestoreException(string message, Exception? cause = null) : Exception(message, cause);
