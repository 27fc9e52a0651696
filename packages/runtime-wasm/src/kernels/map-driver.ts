import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { FLAG, RECORD } from '../pack/record.js';
import { axpy } from './axpy.js';
import { rowCountsOf, widthsOf } from './manifest.js';
import { stream } from './stream.js';

type Parts = readonly [Local, Local, Local, Local];

/** One run over `vectors` vectors by the widest stream kernels that fit: (record, input, output, vectors). */
function streamRun(writer: ModuleWriter, rows: number): number {
  const kernels = widthsOf('stream', rows).map((width) => ({ width, index: stream(writer, rows, width) }));
  return writer.func(undefined, ['i32', 'i32', 'i32', 'i32'], (code) => {
    const [record, input, output, left] = [0, 1, 2, 3].map((i) => code.parameter(i)) as unknown as Parts;
    greedy(code, left, kernels, ({ width, index }) => {
      code.get(record).get(input).get(output).call(index);
      code.advance(input, 16 * width).advance(output, 16 * width);
    });
  });
}

/** One run, columns in chunks, all pixels for each chunk: (record, input, output, vectors). */
function axpyRun(writer: ModuleWriter, rows: number): number {
  const kernels = widthsOf('axpy', rows).map((width) => ({ width, index: axpy(writer, rows, width) }));
  return writer.func(undefined, ['i32', 'i32', 'i32', 'i32'], (code) => {
    const [record, input, output, vectors] = [0, 1, 2, 3].map((i) => code.parameter(i)) as unknown as Parts;
    const [ends, left, offsets, weights] = code.locals('i32', 4) as [Local, Local, Local, Local];
    code.get(record).load(RECORD.columns).set(left).get(record).load(RECORD.offsets).set(offsets).get(record).load(RECORD.weights).set(weights);
    code.get(record).load(RECORD.first).i32(1).and().set(ends);
    greedy(code, left, kernels, ({ width, index }) => {
      // The clamp belongs to the chunk that empties the run.
      code.get(left).i32(width).equal().when(() => { code.get(record).load(RECORD.last).i32(1).and().i32(1).shiftLeft().get(ends).add().set(ends); });
      code.get(record).get(ends).get(offsets).get(weights).get(input).get(output).get(vectors).call(index);
      code.i32(0).set(ends).advance(offsets, 4 * width).advance(weights, 4 * width * rows);
    });
  });
}

/**
 * Exports `map`: (program, program end, input, output, vectors, vectors per tile). All runs of the program over one
 * tile of pixels, then over the next, so that the tile's activations stay in the first cache.
 */
export function mapDriver(writer: ModuleWriter): void {
  const runs = rowCountsOf('stream').map((rows) => ({ rows, stream: streamRun(writer, rows), axpy: axpyRun(writer, rows) }));
  writer.func('map', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], (code) => {
    const [program, end, input, output, left, tile] = [0, 1, 2, 3, 4, 5].map((i) => code.parameter(i)) as [Local, Local, Local, Local, Local, Local];
    const [record, vectors, rows] = code.locals('i32', 3) as [Local, Local, Local];
    code.block(() => code.loop(() => {
      code.get(left).isZero().branchIf(1);
      code.get(left).set(vectors).get(tile).get(left).below().when(() => { code.get(tile).set(vectors); });
      code.get(program).set(record);
      code.block(() => code.loop(() => {
        code.get(record).get(end).atLeast().branchIf(1);
        code.get(record).load(RECORD.flags).i32(FLAG.rowsMask).and().set(rows);
        for (const run of runs) {
          code.get(rows).i32(run.rows).equal().when(() => {
            code.get(record).load(RECORD.flags).i32(FLAG.axpy).and().when(
              () => { code.get(record).get(input).get(output).get(vectors).call(run.axpy); },
              () => { code.get(record).get(input).get(output).get(vectors).call(run.stream); },
            );
          });
        }
        code.get(record).i32(RECORD.rows).add().get(rows).i32(3).shiftLeft().add().set(record);
        code.branch(0);
      }));
      code.get(input).get(vectors).i32(4).shiftLeft().add().set(input);
      code.get(output).get(vectors).i32(4).shiftLeft().add().set(output);
      code.get(left).get(vectors).sub().set(left);
      code.branch(0);
    }));
  });
}

/** While something is left: the widest kernel that fits, as often as it fits, then the next. */
function greedy<K extends { readonly width: number }>(code: Code, left: Local, kernels: readonly K[], step: (kernel: K) => void): void {
  kernels.forEach((kernel, i) => {
    const once = (): void => {
      step(kernel);
      code.advance(left, -kernel.width);
    };
    const mayRepeat = i === 0 || kernels[i - 1]!.width > 2 * kernel.width;
    if (mayRepeat) code.block(() => code.loop(() => { code.get(left).i32(kernel.width).below().branchIf(1); once(); code.branch(0); }));
    else code.get(left).i32(kernel.width).atLeast().when(once);
  });
}
