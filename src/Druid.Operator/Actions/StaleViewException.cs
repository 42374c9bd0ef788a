namespace Druid.Operator.Actions;

/// <summary>Something was not done or recorded, because it was decided on a view that is out of date.</summary>
sealed class StaleViewException(string message) : Exception(message);
