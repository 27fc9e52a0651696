import type { Convolution } from '@fretwork/compiler';

/** Outputs of a row that one tap meets: `count` positions from `to` on, inputs from `from` on, each a stride after the one before it. */
export interface PanelRun {
  readonly tap: number;
  readonly to: number;
  readonly from: number;
  readonly count: number;
}

/** What a convolution of one group multiplies, tap by tap: padding is left out. */
export function panelRuns({ window: w }: Pick<Convolution, 'window'>): readonly PanelRun[] {
  const runs: PanelRun[] = [];
  const [[height, width], [rows, columns], [kh, kw], [down, right]] = [w.input, w.output, w.kernel, w.strides];
  for (let tap = 0; tap < kh * kw; tap++) {
    const [top, left] = [Math.floor(tap / kw) * w.dilations[0] - w.begins[0], (tap % kw) * w.dilations[1] - w.begins[1]];
    const first = Math.max(0, Math.ceil(-left / right));
    const count = Math.min(columns, Math.ceil((width - left) / right)) - first;
    if (count <= 0) continue;
    for (let r = 0; r < rows; r++) {
      const y = r * down + top;
      if (y < 0 || y >= height) continue;
      const [to, from] = [r * columns + first, y * width + left + first * right];
      const before = runs.at(-1);
      if (before?.tap === tap && before.to + before.count === to && before.from + before.count * right === from) runs[runs.length - 1] = { ...before, count: before.count + count };
      else runs.push({ tap, to, from, count });
    }
  }
  return runs;
}
