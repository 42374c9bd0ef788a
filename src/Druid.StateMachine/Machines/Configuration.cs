namespace Druid.StateMachine.Machines;

/// <summary>
/// Which leaf is active in each region: eight bits a region, at most eight regions. A plain value, so that an explorer can
/// hold millions and hash them for nothing.
/// </summary>
/// <param name="Packed">The leaf indices, region 0 in the lowest byte.</param>
public readonly record struct Configuration(ulong Packed)
{
    /// <summary>The most regions a machine can have.</summary>
    public const int MaxRegions = 8;

    /// <summary>The most leaves a region can have.</summary>
    public const int MaxLeaves = 256;

    /// <summary>The index of the active leaf of a region.</summary>
    public int this[int region] => (int)(Packed >> (region * 8)) & 0xff;

    /// <summary>The same configuration with another leaf active in one region.</summary>
    public Configuration With(int region, int leaf) =>
        new((Packed & ~(0xffUL << (region * 8))) | ((ulong)leaf << (region * 8)));
}
