import type { Encoding, MatrixView } from '@fretwork/format';
import type { Random } from './random.js';

/** Zeroes weights of one row-major matrix in place. */
export type Cut = (values: Float32Array, rows: number, columns: number) => void;

/** A kind of mask: how it is drawn, and the encodings that can hold it well. `view` is the matrix it is drawn for. */
export interface MaskKind {
  readonly kind: string;
  readonly fits: (view: MatrixView) => boolean;
  readonly encodings: readonly Encoding[];
  readonly draw: (random: Random, view: MatrixView) => Cut;
}

const always = (): boolean => true;

const flags = (random: Random, count: number, keep: number): readonly boolean[] => Array.from({ length: count }, () => random.next() < keep);

const cutWhere = (values: Float32Array, rows: number, columns: number, gone: (row: number, column: number) => boolean): void => {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) if (gone(r, c)) values[r * columns + c] = 0;
};

/** Blocks that keep random rows x random columns; either may be all, or none. */
const blocks = (random: Random, blockRows: number, blockColumns: number, keepRows: number, keepColumns: number): Cut =>
  (values, rows, columns) => {
    const across = Math.ceil(columns / blockColumns);
    const grid = Array.from({ length: Math.ceil(rows / blockRows) * across }, () =>
      ({ rows: flags(random, blockRows, keepRows), columns: flags(random, blockColumns, keepColumns) }));
    cutWhere(values, rows, columns, (r, c) => {
      const block = grid[Math.floor(r / blockRows) * across + Math.floor(c / blockColumns)]!;
      return !block.rows[r % blockRows] || !block.columns[c % blockColumns];
    });
  };

const size = (random: Random): number => random.pick([1, 2, 3, 4, 5, 8, 16, 64]);
const share = (random: Random): number => random.pick([0, 0.1, 0.3, 0.5, 0.9, 1]);

export const MASK_KINDS: readonly MaskKind[] = [
  { kind: 'none', fits: always, encodings: ['csr', 'bcrc', 'bcr'], draw: () => () => {} },
  { kind: 'everything', fits: always, encodings: ['csr', 'bcrc', 'bcr'], draw: () => (values) => void values.fill(0) },
  {
    kind: 'unstructured', fits: always, encodings: ['csr', 'bcrc', 'bcr'],
    draw: (random) => {
      const keep = share(random);
      return (values) => values.forEach((_, i) => { if (random.next() >= keep) values[i] = 0; });
    },
  },
  {
    kind: 'filter', fits: always, encodings: ['csr', 'bcrc', 'bcr'],
    draw: (random, view) => {
      const kept = flags(random, view.rows, share(random));
      return (values, rows, columns) => cutWhere(values, rows, columns, (r) => !kept[r]);
    },
  },
  {
    kind: 'channel', fits: always, encodings: ['csr', 'bcrc', 'bcr'],
    draw: (random, view) => {
      const kept = flags(random, Math.ceil(view.columns / view.kernel), share(random));
      return (values, rows, columns) => cutWhere(values, rows, columns, (_, c) => !kept[Math.floor(c / view.kernel)]);
    },
  },
  { kind: 'bcr', fits: always, encodings: ['bcr', 'bcrc', 'csr'], draw: (random) => blocks(random, size(random), size(random), share(random), share(random)) },
  { kind: 'bcr-columns', fits: always, encodings: ['bcr', 'bcrc', 'csr'], draw: (random) => blocks(random, size(random), size(random), 1, share(random)) },
  {
    kind: 'block-punched', fits: (view) => view.kernel > 1, encodings: ['bcr', 'bcrc', 'csr'],
    draw: (random, view) => {
      const filters = random.pick([2, 4, 8]);
      const channels = random.pick([1, 2, 4]);
      const keep = share(random);
      const drawn = new Map<string, readonly boolean[]>();
      return (values, rows, columns) => cutWhere(values, rows, columns, (r, c) => {
        const block = `${Math.floor(r / filters)},${Math.floor(c / (view.kernel * channels))}`;
        const positions = drawn.get(block) ?? flags(random, view.kernel, keep);
        drawn.set(block, positions);
        return !positions[c % view.kernel];
      });
    },
  },
  {
    kind: 'pattern', fits: (view) => view.kernel > 1 && view.kernel <= 32, encodings: ['pattern', 'csr', 'bcr'],
    draw: (random, view) => {
      const patterns = Array.from({ length: random.integer(1, 8) }, () => flags(random, view.kernel, 0.45));
      const connected = random.pick([0.3, 0.7, 1]);
      const drawn = new Map<string, readonly boolean[] | undefined>();
      return (values, rows, columns) => cutWhere(values, rows, columns, (r, c) => {
        const kernel = `${r},${Math.floor(c / view.kernel)}`;
        if (!drawn.has(kernel)) drawn.set(kernel, random.next() < connected ? random.pick(patterns) : undefined);
        return !(drawn.get(kernel)?.[c % view.kernel] ?? false);
      });
    },
  },
];
