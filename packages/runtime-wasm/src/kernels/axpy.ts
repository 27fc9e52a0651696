import type { Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { RECORD } from '../pack/record.js';
import { clamp } from './stream.js';

/** `columns` columns of a run over `vectors` vectors of pixels: (record, ends, offsets, weights, input, output, vectors). `ends`: bit 0 first, bit 1 last. */
export function axpy(writer: ModuleWriter, rows: number, columns: number): number {
  return writer.func(undefined, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], (code) => {
    const [record, ends, offsets, weights, input, output, vectors] = [0, 1, 2, 3, 4, 5, 6].map((i) => code.parameter(i)) as [Local, Local, Local, Local, Local, Local, Local];
    const splats = Array.from({ length: rows }, () => code.locals('v128', columns));
    const planes = code.locals('i32', columns);
    const outputs = code.locals('i32', rows);
    const sums = code.locals('v128', rows);
    const vector = code.local('v128');
    const [x, end] = code.locals('i32', 2) as [Local, Local];
    planes.forEach((plane, c) => code.get(offsets).load(4 * c).get(input).add().set(plane));
    for (let r = 0; r < rows; r++) {
      code.get(output).get(record).load(RECORD.rows + r * RECORD.perRow).add().set(outputs[r]!);
      for (let c = 0; c < columns; c++) code.get(weights).loadSplat(4 * (c * rows + r)).set(splats[r]![c]!);
    }
    code.get(vectors).i32(4).shiftLeft().set(end);
    const pixels = (first: boolean, last: boolean): void => {
      code.i32(0).set(x);
      code.loop(() => {
        sums.forEach((sum, r) => {
          if (first) code.get(record).load(RECORD.rows + r * RECORD.perRow + 4).loadSplat().set(sum);
          else code.get(outputs[r]!).get(x).add().loadVector().set(sum);
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
    // Packing gives all rows of an axpy run the same ends: one bit speaks for all.
    code.get(ends).i32(1).and().when(
      () => code.get(ends).i32(2).and().when(() => pixels(true, true), () => pixels(true, false)),
      () => code.get(ends).i32(2).and().when(() => pixels(false, true), () => pixels(false, false)),
    );
  });
}
