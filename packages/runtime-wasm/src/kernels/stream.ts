import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { RECORD } from '../pack/record.js';

/** Address of the sixteen-byte pair of splats `low`, `high` that the last run of a row clamps to. */
export const CLAMP_ADDRESS = 16;

/** `rows` x `width` vectors over all columns of a run: (record, input, output) at one place of the map. */
export function stream(writer: ModuleWriter, rows: number, width: number): number {
  return writer.func(undefined, ['i32', 'i32', 'i32'], (code) => {
    const [record, input, output] = [0, 1, 2].map((i) => code.parameter(i)) as [Local, Local, Local];
    const [at, end, weights, address] = code.locals('i32', 4) as [Local, Local, Local, Local];
    const planes = code.locals('i32', rows);
    const sums = Array.from({ length: rows }, () => code.locals('v128', width));
    const splats = code.locals('v128', rows);
    const vector = code.local('v128');
    code.get(record).load(RECORD.offsets).tee(at).get(record).load(RECORD.columns).i32(2).shiftLeft().add().set(end);
    code.get(record).load(RECORD.weights).set(weights);
    sums.forEach((row, r) => {
      code.get(output).get(record).load(RECORD.rows + r * RECORD.perRow).add().set(planes[r]!);
      code.get(record).load(RECORD.first).i32(1 << r).and().when(
        () => {
          code.get(record).load(RECORD.rows + r * RECORD.perRow + 4).loadSplat().set(row[0]!);
          for (const sum of row.slice(1)) code.get(row[0]!).set(sum);
        },
        () => row.forEach((sum, v) => code.get(planes[r]!).loadVector(16 * v).set(sum)),
      );
    });
    // A row that keeps nothing has one run without columns: bias and clamp alone.
    code.get(at).get(end).below().when(() => {
      code.loop(() => {
        code.get(input).get(at).load().add().set(address);
        splats.forEach((splat, r) => code.get(weights).loadSplat(4 * r).set(splat));
        for (let v = 0; v < width; v++) {
          if (rows === 1) {
            code.madd(() => code.get(splats[0]!), () => code.get(address).loadVector(16 * v), sums[0]![v]!);
            continue;
          }
          code.get(address).loadVector(16 * v).set(vector);
          for (let r = 0; r < rows; r++) code.madd(() => code.get(splats[r]!), () => code.get(vector), sums[r]![v]!);
        }
        code.advance(weights, 4 * rows).get(at).i32(4).add().tee(at).get(end).below().branchIf(0);
      });
    });
    sums.forEach((row, r) => {
      code.get(record).load(RECORD.last).i32(1 << r).and().when(() => row.forEach((sum) => clamp(code, sum)));
      row.forEach((sum, v) => code.get(planes[r]!).get(sum).storeVector(16 * v));
    });
  });
}

/** sum = least(most(sum, low), high); NaN stays. */
export function clamp(code: Code, sum: Local): void {
  code.get(sum).i32(CLAMP_ADDRESS).loadSplat().vectorMost().i32(CLAMP_ADDRESS).loadSplat(4).vectorLeast().set(sum);
}
