import { FretworkError } from '@fretwork/format';
import type { KernelManifest, KernelType, KernelVariant } from './contract.js';

const TYPES: readonly KernelType[] = ['f32', 'f16', 'i8'];
const WORD = /^[a-z][a-z0-9]*$/;
const NAME = /^([a-z][a-z0-9]*)_(f32|f16|i8)_r([1-9]\d*)p([1-9]\d*)u([1-9]\d*)_([a-z][a-z0-9]*)$/;

/** `segments_f32_r4p16u1_neon`. */
export const kernelName = ({ operator, type, rows, pixels, unroll, isa }: KernelVariant): string =>
  `${operator}_${type}_r${rows}p${pixels}u${unroll}_${isa}`;

/** What a name says; undefined where it is no name of a kernel. Whether a backend has the kernel is its manifest's to say. */
export function parseKernelName(name: string): KernelVariant | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [, operator, type, rows, pixels, unroll, isa] = match as unknown as readonly [string, string, KernelType, string, string, string, string];
  return { operator, type, rows: Number(rows), pixels: Number(pixels), unroll: Number(unroll), isa };
}

/**
 * The manifest of `rows`, which may have fields of their own besides.
 * Throws `kernels.row` for a row that no name can say, `kernels.duplicate` where two rows have one name.
 */
export function kernelManifest<Row extends KernelVariant>(rows: readonly Row[]): KernelManifest<Row> {
  const byName = new Map<string, Row>();
  for (const row of rows) {
    checkRow(row);
    const name = kernelName(row);
    if (byName.has(name)) {
      throw new FretworkError('kernels.duplicate', `two kernels are called ${name}`, { hint: 'give one of them another operator: a name has to say which is meant' });
    }
    byName.set(name, row);
  }
  // Code generation asks the same of it once per segment.
  const selected = new Map<string, readonly Row[]>();
  const select = (like: Partial<KernelVariant>): readonly Row[] => {
    const fields = Object.entries(like);
    const key = fields.join();
    const known = selected.get(key) ?? rows.filter((row) => fields.every(([field, value]) => row[field as keyof KernelVariant] === value));
    selected.set(key, known);
    return known;
  };
  return { rows, find: (name) => byName.get(name), select };
}

function checkRow(row: KernelVariant): void {
  const wrong = !WORD.test(row.operator) ? `operator ${row.operator}`
    : !WORD.test(row.isa) ? `isa ${row.isa}`
      : !TYPES.includes(row.type) ? `type ${row.type}`
        : (['rows', 'pixels', 'unroll'] as const).filter((field) => !Number.isSafeInteger(row[field]) || row[field] < 1).map((field) => `${field} ${row[field]}`)[0];
  if (wrong === undefined) return;
  throw new FretworkError('kernels.row', 'a kernel has a field that its name cannot say', {
    expected: 'lower-case words and positive integers', actual: wrong, hint: 'correct the row of the manifest',
  });
}
