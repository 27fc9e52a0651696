import type { Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { RECORD } from '../pack/record.js';
import { addResidual, clamp, whereResidual } from './stream.js';

/** (record, ends, offsets, weights, input, output, vectors): the parameters of every axpy kernel. */
export const AXPY_PARAMETERS = 7;

/** `columns` columns of a run over `vectors` vectors of pixels. `ends`: bit 0 first, bit 1 last. */
export function axpy(writer: ModuleWriter, rows: number, columns: number): number {
  return writer.func(undefined, AXPY_PARAMETERS, (code, record: Local, ends: Local, offsets: Local, weights: Local, input: Local, output: Local, vectors: Local) => {
    const splats = Array.from({ length: rows }, () => code.locals('v128', columns));
    const planes = code.locals('i32', columns);
    const outputs = code.locals('i32', rows);
    const sums = code.locals('v128', rows);
    const vector = code.local('v128');
    const [x, end, to] = code.locals('i32', 3) as [Local, Local, Local];
    planes.forEach((plane, c) => code.get(offsets).load(4 * c).get(input).add().set(plane));
    for (let r = 0; r < rows; r++) {
      code.get(output).get(record).load(RECORD.rows + r * RECORD.perRow).add().set(outputs[r]!);
      for (let c = 0; c < columns; c++) code.get(weights).loadSplat(4 * (c * rows + r)).set(splats[r]![c]!);
    }
    code.get(vectors).i32(4).shiftLeft().set(end);
    const pixels = (first: boolean, residual: boolean, last: boolean): void => {
      code.i32(0).set(x);
      code.loop(() => {
        sums.forEach((sum, r) => {
          if (!first) code.get(outputs[r]!).get(x).add().loadVector().set(sum);
          else code.get(record).load(RECORD.rows + r * RECORD.perRow + 4).loadSplat().set(sum);
          if (residual) addResidual(code.get(outputs[r]!).get(x).add().set(to), to, sum);
        });
        planes.forEach((plane, c) => {
          code.get(plane).get(x).add().loadVector().set(vector);
          sums.forEach((sum, r) => code.madd(() => code.get(splats[r]![c]!), () => code.get(vector), sum));
        });
        sums.forEach((sum, r) => {
          if (last) clamp(code, sum);
          code.get(outputs[r]!).get(x).add().get(sum).storeVector();
        });
        code.advance(x, 16).get(x).get(end).below().branchIf(0);
      });
    };
    const lastOrNot = (first: boolean, residual: boolean): void => {
      code.get(ends).i32(2).and().when(() => pixels(first, residual, true), () => pixels(first, residual, false));
    };
    // Packing gives all rows of an axpy run the same ends: one bit speaks for all.
    code.get(ends).i32(1).and().when(() => { whereResidual(code, record, () => lastOrNot(true, true), () => lastOrNot(true, false)); }, () => lastOrNot(false, false));
  });
}
