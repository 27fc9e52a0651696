/** Numbers in [0, 1), the same for the same seed everywhere: mulberry32 (T. Ettinger). */
export type Random = () => number;

export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values in [-scale, scale). */
export function uniform(draw: Random, length: number, scale: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = (2 * draw() - 1) * scale;
  return values;
}

/** `count` of the places 0 … `length` - 1, ascending. */
export function choose(draw: Random, length: number, count: number): readonly number[] {
  const places = Array.from({ length }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(draw() * (length - i));
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places.slice(0, count).sort((a, b) => a - b);
}

/** A seed of its own for each thing that is named: FNV-1a over the name, from `seed`. */
export function seedOf(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
