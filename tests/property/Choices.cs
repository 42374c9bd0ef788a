using FsCheck;
using FsCheck.Fluent;

namespace Druid.PropertyTests;

/// <summary>
/// A random case as a list of numbers: whoever needs a choice takes the next one, modulo the number of possibilities. So any
/// part of a list is a case again, and shrinks by leaving parts out.
/// </summary>
public sealed class Choices(int[] numbers)
{
    int next;

    /// <summary>How many there are.</summary>
    public int Count => numbers.Length;

    /// <summary>Whether all were taken; from then on the first possibility is always chosen.</summary>
    public bool IsEmpty => next >= numbers.Length;

    /// <summary>One of so many possibilities, from 0.</summary>
    public int Among(int possibilities) => IsEmpty ? 0 : numbers[next++] % possibilities;

    /// <summary>Yes or no.</summary>
    public bool Flip() => Among(2) == 1;

    /// <summary>One of the values of an enumeration.</summary>
    public T Of<T>() where T : struct, Enum => Enum.GetValues<T>() is var all ? all[Among(all.Length)] : default;

    /// <summary>The same choices from the beginning.</summary>
    public Choices Again() => new(numbers);

    /// <inheritdoc />
    public override string ToString() => $"[{string.Join(',', numbers.Take(200))}{(Count > 200 ? $",… {Count} in all" : "")}]";

    /// <summary>Lists of so many choices.</summary>
    public static Arbitrary<Choices> Arbitrary(int count) => Arb.From(
        Gen.Choose(0, int.MaxValue - 1).ArrayOf(count).Select(numbers => new Choices(numbers)), Shorter);

    // Halves, quarters… are left out, down to single choices; the beginning is what a failure needs least.
    static IEnumerable<Choices> Shorter(Choices choices)
    {
        var all = choices.Numbers;
        for (var size = all.Length / 2; size > 0; size /= 2)
        {
            for (var at = all.Length - size; at >= 0; at -= size)
            {
                yield return new([.. all[..at], .. all[(at + size)..]]);
            }
        }
    }

    int[] Numbers => numbers;
}
