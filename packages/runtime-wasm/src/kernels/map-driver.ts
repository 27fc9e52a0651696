import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { FLAG, RECORD, recordBytes } from '../pack/record.js';
import { axpy, AXPY_PARAMETERS } from './axpy.js';
import { rowCountsOf, widthsOf, type Tiles } from './manifest.js';
import { stream, STREAM_PARAMETERS } from './stream.js';

/** A number cut into as few parts as a family allows, nearly equal: `many` of `width`, then `rest` of `width` - 1. */
interface Parts {
  readonly width: Local;
  readonly many: Local;
  readonly rest: Local;
}

/** Cuts `left`, which is not zero. */
function cut(code: Code, left: Local, widest: number): Parts {
  const [width, many, rest] = code.scratch('i32', 3) as [Local, Local, Local];
  code.get(left).i32(widest - 1).add().i32(widest).divide().set(rest);
  code.get(left).get(rest).add().i32(-1).add().get(rest).divide().set(width);
  code.get(left).get(rest).get(width).i32(-1).add().multiply().sub().set(many);
  code.get(rest).get(many).sub().set(rest);
  return { width, many, rest };
}

/** (record, record end, input, output, vectors): runs of one kind, one behind the other. */
const RUN_PARAMETERS = 5;

/** Writes what does the runs of one kind; the kernel of width w stands in the table at `place` + w. */
type RunWriter = (writer: ModuleWriter, rows: number, place: number, widest: number) => number;

/** All runs over the vectors of one width, then over the others. */
const streamRuns: RunWriter = (writer, _rows, place, widest) => {
  const type = writer.typeOf(STREAM_PARAMETERS);
  return writer.func(undefined, RUN_PARAMETERS, (code, record: Local, end: Local, input: Local, output: Local, vectors: Local) => {
    const { width, many, rest } = cut(code, vectors, widest);
    const over = (groups: Local, below: number): Code => code.get(record).get(end).get(input).get(output).get(groups).get(width).i32(place - below).add().callAt(type);
    over(many, 0);
    code.get(rest).when(() => {
      code.get(width).get(many).multiply().i32(4).shiftLeft().tee(many).get(input).add().set(input).get(many).get(output).add().set(output);
      over(rest, 1);
    });
  });
};

/** Columns in chunks, all pixels for each chunk. */
const axpyRuns: RunWriter = (writer, rows, place, widest) => {
  const type = writer.typeOf(AXPY_PARAMETERS);
  return writer.func(undefined, RUN_PARAMETERS, (code, record: Local, end: Local, input: Local, output: Local, vectors: Local) => {
    const [ends, left, offsets, weights] = code.locals('i32', 4) as [Local, Local, Local, Local];
    code.loop(() => {
      code.get(record).load(RECORD.columns).set(left).get(record).load(RECORD.offsets).set(offsets).get(record).load(RECORD.weights).set(weights);
      code.get(record).load(RECORD.first).i32(1).and().set(ends);
      const { width, many, rest } = cut(code, left, widest);
      code.loop(() => {
        code.get(many).isZero().when(() => { code.advance(width, -1).get(rest).set(many); });
        // The clamp belongs to the chunk that empties the run.
        code.get(left).get(width).sub().tee(left).isZero().when(() => { code.get(record).load(RECORD.last).i32(1).and().i32(1).shiftLeft().get(ends).add().set(ends); });
        code.get(record).get(ends).get(offsets).get(weights).get(input).get(output).get(vectors).get(width).i32(place).add().callAt(type);
        code.i32(0).set(ends).advance(many, -1);
        code.get(offsets).get(width).i32(2).shiftLeft().add().set(offsets);
        code.get(weights).get(width).i32(4 * rows).multiply().add().set(weights);
        code.get(left).branchIf(0);
      });
      code.advance(record, recordBytes(rows)).get(record).get(end).below().branchIf(0);
    });
  });
};

/**
 * Exports `map`: (program, program end, input, output, vectors, vectors per tile). All runs of the program over one
 * tile of pixels, then over the next, so that the tile's activations stay in the first cache.
 */
export function mapDriver(writer: ModuleWriter, tiles: Tiles): void {
  const kernels: number[] = [];
  const lay = (family: 'stream' | 'axpy', kernel: typeof stream, write: RunWriter): readonly number[] =>
    [...rowCountsOf(family)].reverse().map((rows) => {
      const place = kernels.length - 1;
      const widths = widthsOf(family, rows, tiles);
      for (const width of [...widths].reverse()) kernels.push(kernel(writer, rows, width));
      return write(writer, rows, place, widths[0]!);
    });
  const streams = lay('stream', stream, streamRuns);
  const runs = [...streams, ...lay('axpy', axpy, axpyRuns)];
  writer.table([...kernels, ...runs]);
  const type = writer.typeOf(RUN_PARAMETERS);
  writer.func('map', 6, (code, program: Local, end: Local, input: Local, output: Local, left: Local, tile: Local) => {
    const [record, vectors, flags, rows, next] = code.locals('i32', 5) as [Local, Local, Local, Local, Local];
    code.block(() => code.loop(() => {
      code.get(left).isZero().branchIf(1);
      code.get(left).set(vectors).get(tile).get(left).below().when(() => { code.get(tile).set(vectors); });
      code.get(program).set(record);
      code.block(() => code.loop(() => {
        code.get(record).get(end).atLeast().branchIf(1);
        code.get(record).load(RECORD.flags).tee(flags).i32(FLAG.rowsMask).and().tee(rows).i32(3).shiftLeft().i32(recordBytes(0)).add();
        code.get(flags).i32(FLAG.countAt).shiftRight().multiply().get(record).add().set(next);
        code.get(record).get(next).get(input).get(output).get(vectors);
        code.get(flags).i32(FLAG.axpyAt).shiftRight().i32(1).and().i32(streams.length).multiply().get(rows).add().i32(kernels.length - 1).add().callAt(type);
        code.get(next).set(record).branch(0);
      }));
      code.get(input).get(vectors).i32(4).shiftLeft().add().set(input);
      code.get(output).get(vectors).i32(4).shiftLeft().add().set(output);
      code.get(left).get(vectors).sub().set(left);
      code.branch(0);
    }));
  });
}
