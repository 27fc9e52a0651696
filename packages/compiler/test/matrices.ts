import { random } from '@fretwork/conformance';
import { encodeBcr, type SparseMatrix } from '@fretwork/format';

/** How one matrix is cut: of each block of `block` rows x columns, so many rows and columns stay. */
export interface Blocks {
  readonly rows: number;
  readonly columns: number;
  readonly block: readonly [rows: number, columns: number];
  readonly keep: readonly [rows: number, columns: number];
}

/** A balanced BCR matrix: every block keeps as many rows and columns as every other, drawn for each. */
export function balancedBcr(seed: number, { rows, columns, block: [blockRows, blockColumns], keep: [keepRows, keepColumns] }: Blocks): SparseMatrix {
  const draw = random(seed);
  const values = new Float32Array(rows * columns);
  const some = (of: number, count: number): readonly number[] => {
    const ids = Array.from({ length: of }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = draw.integer(i, of - 1);
      [ids[i], ids[j]] = [ids[j]!, ids[i]!];
    }
    return ids.slice(0, count);
  };
  for (let top = 0; top < rows; top += blockRows) {
    for (let left = 0; left < columns; left += blockColumns) {
      const keptRows = some(Math.min(blockRows, rows - top), Math.min(keepRows, rows - top));
      const keptColumns = some(Math.min(blockColumns, columns - left), Math.min(keepColumns, columns - left));
      for (const r of keptRows) for (const c of keptColumns) values[(top + r) * columns + left + c] = 1 + draw.next();
    }
  }
  return encodeBcr(values, rows, columns, { block: [blockRows, blockColumns] });
}

/** Layers of the papers' networks as products, small enough to search their whole space in a test. */
export const PRODUCT_LAYERS: readonly (Blocks & { readonly name: string; readonly pixels: number })[] = [
  { name: 'vgg 3x3 64-64@32', rows: 64, columns: 576, pixels: 1024 },
  { name: 'res 1x1 256-64@56', rows: 64, columns: 256, pixels: 3136 },
  { name: 'mbv2 1x1 96-24@56', rows: 24, columns: 96, pixels: 3136 },
  { name: 'mbv2 1x1 160-96@7', rows: 96, columns: 160, pixels: 49 },
].flatMap((layer) => [
  { ...layer, name: `${layer.name} 4x16 75 %`, block: [4, 16] as const, keep: [2, 8] as const },
  { ...layer, name: `${layer.name} 8x32 90 %`, block: [8, 32] as const, keep: [3, 9] as const },
  { ...layer, name: `${layer.name} 4x16 columns 90 %`, block: [4, 16] as const, keep: [4, 2] as const },
]);
