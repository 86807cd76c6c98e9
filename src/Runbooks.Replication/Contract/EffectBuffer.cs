namespace Runbooks.Replication;

/// <summary>Where a step writes its effects. Owned by the caller and reused: after warm-up a step allocates nothing.</summary>
/// <remarks><b>Threading</b>: the owner loop only.</remarks>
public sealed class EffectBuffer
{
    private Effect[] items = new Effect[64];

    /// <summary>Number of effects since <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The effects in the order they must be run.</summary>
    public ReadOnlySpan<Effect> Effects => items.AsSpan(0, Count);

    /// <summary>Empties the buffer and keeps its memory.</summary>
    public void Clear()
    {
        Array.Clear(items, 0, Count);
        Count = 0;
    }

    /// <summary>Appends one effect.</summary>
    public void Add(in Effect effect)
    {
        if (Count == items.Length)
        {
            Array.Resize(ref items, items.Length * 2);
        }

        items[Count++] = effect;
    }
}
