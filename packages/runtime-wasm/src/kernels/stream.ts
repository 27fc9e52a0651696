import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { FLAG, RECORD, recordBytes } from '../pack/record.js';

/** Address of the sixteen-byte pair of splats `low`, `high` that the last run of a row clamps to. */
export const CLAMP_ADDRESS = 16;
/** Address of the distance in bytes from an output to what is added to it. */
export const RESIDUAL_ADDRESS = 24;

/** (record, record end, input, output, groups): the parameters of every stream kernel. */
export const STREAM_PARAMETERS = 5;

/** `rows` x `width` vectors over all columns of each run, at `groups` places of the map, one behind the other; one run after the other. */
export function stream(writer: ModuleWriter, rows: number, width: number): number {
  return writer.func(undefined, STREAM_PARAMETERS, (code, record: Local, stop: Local, start: Local, output: Local, groups: Local) => {
    const [first, last, columns, end, values, at, weights, address, input, left] = code.locals('i32', 10) as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
    const outputs = code.locals('i32', rows);
    const sums = Array.from({ length: rows }, () => code.locals('v128', width));
    code.loop(() => {
      code.get(record).load(RECORD.offsets).tee(columns).get(record).load(RECORD.columns).i32(2).shiftLeft().add().set(end);
      code.get(record).load(RECORD.weights).set(values).get(record).load(RECORD.first).set(first).get(record).load(RECORD.last).set(last);
      outputs.forEach((to, r) => code.get(output).get(record).load(RECORD.rows + r * RECORD.perRow).add().set(to));
      code.get(start).set(input).get(groups).set(left);
      code.loop(() => {
        sums.forEach((row, r) => code.get(first).i32(1 << r).and().when(
          () => begin(code, record, r, outputs[r]!, row),
          () => row.forEach((sum, v) => code.get(outputs[r]!).loadVector(16 * v).set(sum)),
        ));
        code.get(columns).set(at).get(values).set(weights);
        // A row that keeps nothing has one run without columns: bias and clamp alone.
        code.get(at).get(end).below().when(() => {
          code.loop(() => {
            code.get(input).get(at).load().add().set(address);
            multiply(code, weights, address, sums);
            code.advance(weights, 4 * rows).get(at).i32(4).add().tee(at).get(end).below().branchIf(0);
          });
        });
        sums.forEach((row, r) => {
          code.get(last).i32(1 << r).and().when(() => row.forEach((sum) => clamp(code, sum)));
          row.forEach((sum, v) => code.get(outputs[r]!).get(sum).storeVector(16 * v));
          code.advance(outputs[r]!, 16 * width);
        });
        code.advance(input, 16 * width).get(left).i32(-1).add().tee(left).branchIf(0);
      });
      code.get(record).i32(recordBytes(rows)).add().tee(record).get(stop).below().branchIf(0);
    });
  });
}

/** sums[r][v] += weight r · vector v; the fewer of the two stay in registers, the others come one by one. */
function multiply(code: Code, weights: Local, address: Local, sums: readonly (readonly Local[])[]): void {
  const rows = sums.length;
  const width = sums[0]!.length;
  const splat = (r: number): Code => code.get(weights).loadSplat(4 * r);
  const vector = (v: number): Code => code.get(address).loadVector(16 * v);
  if (rows === 1) {
    const [weight] = code.scratch('v128', 1) as [Local];
    splat(0).set(weight);
    sums[0]!.forEach((sum, v) => code.madd(() => code.get(weight), () => vector(v), sum));
    return;
  }
  const [other, ...held] = code.scratch('v128', 1 + Math.min(rows, width)) as [Local, ...Local[]];
  if (rows <= width) {
    held.forEach((weight, r) => splat(r).set(weight));
    for (let v = 0; v < width; v++) {
      vector(v).set(other);
      held.forEach((weight, r) => code.madd(() => code.get(weight), () => code.get(other), sums[r]![v]!));
    }
    return;
  }
  held.forEach((value, v) => vector(v).set(value));
  for (let r = 0; r < rows; r++) {
    splat(r).set(other);
    held.forEach((value, v) => code.madd(() => code.get(other), () => code.get(value), sums[r]![v]!));
  }
}

/** The sums of a row's first run: its bias, and what is added to the output where the record says so. */
function begin(code: Code, record: Local, r: number, output: Local, row: readonly Local[]): void {
  code.get(record).load(RECORD.rows + r * RECORD.perRow + 4).loadSplat().set(row[0]!);
  for (const sum of row.slice(1)) code.get(row[0]!).set(sum);
  whereResidual(code, record, () => row.forEach((sum, v) => addResidual(code, output, sum, 16 * v)));
}

export const whereResidual = (code: Code, record: Local, then: () => void, otherwise?: () => void): Code =>
  code.get(record).load(RECORD.flags).i32(FLAG.residual).and().when(then, otherwise);

/** sum += what lies `offset` behind the residual of the output at `output`. */
export const addResidual = (code: Code, output: Local, sum: Local, offset = 0): Code =>
  code.get(output).i32(RESIDUAL_ADDRESS).load().add().loadVector(offset).get(sum).vectorAdd().set(sum);

/** sum = least(most(sum, low), high); NaN stays. */
export function clamp(code: Code, sum: Local): void {
  code.get(sum).i32(CLAMP_ADDRESS).loadSplat().vectorMost().i32(CLAMP_ADDRESS).loadSplat(4).vectorLeast().set(sum);
}
