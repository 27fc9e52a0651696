/** How many of the labels were ranked first, and among the first five. */
export interface Hits {
  readonly top1: number;
  readonly top5: number;
}

/**
 * Ranks the scores of one sample. A label is at place k when k classes score higher, or as high with a lower index, so
 * that constant scores do not count as right. A score that is no number is never right.
 */
export function hits(scores: ArrayLike<number>, offset: number, classes: number, label: number): Hits {
  const own = scores[offset + label];
  if (label < 0 || label >= classes || own === undefined || Number.isNaN(own)) return { top1: 0, top5: 0 };
  let above = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[offset + c]!;
    if (score > own || (score === own && c < label) || Number.isNaN(score)) above++;
  }
  return { top1: above === 0 ? 1 : 0, top5: above < 5 ? 1 : 0 };
}
