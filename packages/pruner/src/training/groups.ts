import type { Scheme } from '@fretwork/format';
import type { Matrix, ProjectOptions } from '../contract.js';
import { project } from '../projection/project.js';
import { withRate } from './part.js';

type Shape = Pick<Matrix, 'rows' | 'columns' | 'kernel'>;

/** A division of a matrix into groups of weights that go together. */
export interface GroupSet {
  readonly count: number;
  /** `[rows · columns]`: the group of each weight. */
  readonly groupOf: Uint32Array;
}

/** The groups that a scheme is about; a weight stays where its group in every set does. BCR with both sides has two sets. */
export function groupSets({ rows, columns, kernel }: Shape, scheme: Scheme): readonly GroupSet[] {
  const set = (count: number, of: (row: number, column: number) => number): GroupSet => {
    const groupOf = new Uint32Array(rows * columns);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) groupOf[r * columns + c] = of(r, c);
    return { count, groupOf };
  };
  const channel = (column: number): number => Math.floor(column / kernel);
  switch (scheme.kind) {
    case 'dense': return [];
    case 'unstructured': return [set(rows * columns, (r, c) => r * columns + c)];
    case 'filter': return [set(rows, (r) => r)];
    case 'channel': return [set(columns / kernel, (_, c) => channel(c))];
    case 'pattern': return [set((rows * columns) / kernel, (r, c) => (r * columns) / kernel + channel(c))];
    case 'block-punched': {
      const across = Math.ceil(columns / kernel / scheme.blockChannels);
      const blocks = Math.ceil(rows / scheme.blockFilters) * across;
      const block = (r: number, c: number): number => Math.floor(r / scheme.blockFilters) * across + Math.floor(channel(c) / scheme.blockChannels);
      return [set(blocks * kernel, (r, c) => block(r, c) * kernel + (c % kernel))];
    }
    case 'bcr': {
      const [height, width] = [Math.min(scheme.blockRows, rows), Math.min(scheme.blockColumns, columns)];
      const [down, across] = [Math.ceil(rows / height), Math.ceil(columns / width)];
      return [
        ...(scheme.rowShare > 0 ? [set(rows * across, (r, c) => r * across + Math.floor(c / width))] : []),
        ...(scheme.rowShare < 1 ? [set(down * columns, (r, c) => Math.floor(r / height) * columns + c)] : []),
      ];
    }
  }
}

/** Pattern pruning takes its patterns before kernels go: the mask of all kernels by their patterns. Other schemes: undefined. */
export const patternsFirst = (matrix: Matrix, scheme: Scheme, options: ProjectOptions): Uint8Array | undefined =>
  (scheme.kind === 'pattern' ? project(matrix, withRate(scheme, 1), options).mask.keep : undefined);

/** Mean square of each group over the weights that `free` (`[rows · columns]`) lets count; 0 for groups without any. */
export function meanSquares({ count, groupOf }: GroupSet, values: Float32Array, free: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(count);
  const size = new Float64Array(count);
  for (let i = 0; i < values.length; i++) {
    if (free[i] === 0) continue;
    const g = groupOf[i]!;
    sum[g] = sum[g]! + values[i]! * values[i]!;
    size[g] = size[g]! + 1;
  }
  return sum.map((s, g) => (size[g] === 0 ? 0 : s / size[g]!));
}
