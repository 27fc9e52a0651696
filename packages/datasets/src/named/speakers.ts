/** Share of the speakers whose samples are the test split. */
const TEST_PERCENT = 40;

/**
 * Which split a speaker's samples belong to, from the speaker's name alone: a speaker never changes sides when samples
 * come or go. FNV-1a (Fowler, Noll, Vo), 32 bits, over UTF-16 units.
 */
export function splitOfSpeaker(speaker: string): 'train' | 'test' {
  let hash = 0x811c9dc5;
  for (let i = 0; i < speaker.length; i++) hash = Math.imul(hash ^ speaker.charCodeAt(i), 0x01000193) >>> 0;
  return hash % 100 < TEST_PERCENT ? 'test' : 'train';
}

/** Indices of the samples whose place in `splits` is `wanted`; of all where `wanted` is `all`. */
export function indicesOf(splits: readonly string[], wanted: string): readonly number[] {
  return splits.map((_, i) => i).filter((i) => wanted === 'all' || splits[i] === wanted);
}
