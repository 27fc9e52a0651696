import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { FLAG, RECORD, recordBytes } from '../pack/record.js';
import { axpy, AXPY_PARAMETERS } from './axpy.js';
import { rowCountsOf, widthsOf, type Tiles } from './manifest.js';
import { stream, STREAM_PARAMETERS } from './stream.js';

/** Kernels by their place in the module's table: place of (family, rows) + width. */
interface Places {
  readonly functions: readonly number[];
  readonly stream: ReadonlyMap<number, number>;
  readonly axpy: ReadonlyMap<number, number>;
}

function writeKernels(writer: ModuleWriter, tiles: Tiles): Places {
  const functions: number[] = [];
  const lay = (family: 'stream' | 'axpy', write: (rows: number, width: number) => number): ReadonlyMap<number, number> =>
    new Map(rowCountsOf(family).map((rows) => {
      const place = functions.length - 1;
      for (const width of [...widthsOf(family, rows, tiles)].reverse()) functions.push(write(rows, width));
      return [rows, place];
    }));
  const streams = lay('stream', (rows, width) => stream(writer, rows, width));
  const axpys = lay('axpy', (rows, width) => axpy(writer, rows, width));
  return { functions, stream: streams, axpy: axpys };
}

/** Widths of `left` cut into as few parts as `widest` allows, nearly equal: `many` of `width`, then `rest` of `width` - 1. */
interface Parts {
  readonly width: Local;
  readonly many: Local;
  readonly rest: Local;
}

/** Writes how `left`, which is not zero, is cut. */
function cut(code: Code, left: Local, widest: number, { width, many, rest }: Parts): void {
  code.get(left).i32(widest - 1).add().i32(widest).divide().set(rest);
  code.get(left).get(rest).add().i32(-1).add().get(rest).divide().set(width);
  code.get(left).get(rest).get(width).i32(-1).add().multiply().sub().set(many);
  code.get(rest).get(many).sub().set(rest);
}

const parts = (code: Code): Parts => {
  const [width, many, rest] = code.locals('i32', 3) as [Local, Local, Local];
  return { width, many, rest };
};

/** One run over the vectors that `split` cuts: (record, input, output, place, split packed). */
function streamRun(writer: ModuleWriter): number {
  const type = writer.typeOf(STREAM_PARAMETERS);
  return writer.func(undefined, 5, (code, record: Local, input: Local, output: Local, place: Local, split: Local) => {
    const distance = code.local('i32');
    code.get(place).get(split).i32(SPLIT.width).and().add().set(place);
    code.get(record).get(input).get(output).get(split).i32(SPLIT.manyAt).shiftRight().i32(SPLIT.many).and().get(place).callAt(type);
    code.get(split).i32(SPLIT.restAt).shiftRight().when(() => {
      code.get(split).i32(SPLIT.width).and().get(split).i32(SPLIT.manyAt).shiftRight().i32(SPLIT.many).and().multiply().i32(4).shiftLeft().set(distance);
      code.get(record).get(input).get(distance).add().get(output).get(distance).add().get(split).i32(SPLIT.restAt).shiftRight().get(place).i32(-1).add().callAt(type);
    });
  });
}

/** Parts in one word: width in bits 0-4, how many of it in bits 5-17, how many of one less in bits 18-31. A tile has fewer than 2^13 vectors. */
const SPLIT = { width: 31, manyAt: 5, many: 0x1fff, restAt: 18 } as const;

/** One run, columns in chunks, all pixels for each chunk: (record, input, output, vectors). */
function axpyRun(writer: ModuleWriter, rows: number, place: number): number {
  const type = writer.typeOf(AXPY_PARAMETERS);
  const widest = widthsOf('axpy', rows)[0]!;
  return writer.func(undefined, 4, (code, record: Local, input: Local, output: Local, vectors: Local) => {
    const [ends, left, offsets, weights] = code.locals('i32', 4) as [Local, Local, Local, Local];
    const split = parts(code);
    code.get(record).load(RECORD.columns).set(left).get(record).load(RECORD.offsets).set(offsets).get(record).load(RECORD.weights).set(weights);
    code.get(record).load(RECORD.first).i32(1).and().set(ends);
    cut(code, left, widest, split);
    code.loop(() => {
      code.get(split.many).isZero().when(() => { code.advance(split.width, -1).get(split.rest).set(split.many); });
      // The clamp belongs to the chunk that empties the run.
      code.get(left).get(split.width).sub().tee(left).isZero().when(() => { code.get(record).load(RECORD.last).i32(1).and().i32(1).shiftLeft().get(ends).add().set(ends); });
      code.get(record).get(ends).get(offsets).get(weights).get(input).get(output).get(vectors).get(split.width).i32(place).add().callAt(type);
      code.i32(0).set(ends).advance(split.many, -1);
      code.get(offsets).get(split.width).i32(2).shiftLeft().add().set(offsets);
      code.get(weights).get(split.width).i32(4 * rows).multiply().add().set(weights);
      code.get(left).branchIf(0);
    });
  });
}

/**
 * Exports `map`: (program, program end, input, output, vectors, vectors per tile). All runs of the program over one
 * tile of pixels, then over the next, so that the tile's activations stay in the first cache.
 */
export function mapDriver(writer: ModuleWriter, tiles: Tiles): void {
  const places = writeKernels(writer, tiles);
  writer.table(places.functions);
  const run = streamRun(writer);
  const axpys = [...places.axpy].map(([rows, place]) => ({ rows, index: axpyRun(writer, rows, place) }));
  writer.func('map', 6, (code, program: Local, end: Local, input: Local, output: Local, left: Local, tile: Local) => {
    const [record, vectors, rows] = code.locals('i32', 3) as [Local, Local, Local];
    const split = parts(code);
    const splits = [...places.stream].map(([count, place]) => ({ count, place, packed: code.local('i32') }));
    code.block(() => code.loop(() => {
      code.get(left).isZero().branchIf(1);
      code.get(left).set(vectors).get(tile).get(left).below().when(() => { code.get(tile).set(vectors); });
      for (const { count, packed } of splits) {
        cut(code, vectors, widthsOf('stream', count, tiles)[0]!, split);
        code.get(split.width).get(split.many).i32(SPLIT.manyAt).shiftLeft().or().get(split.rest).i32(SPLIT.restAt).shiftLeft().or().set(packed);
      }
      code.get(program).set(record);
      code.block(() => code.loop(() => {
        code.get(record).get(end).atLeast().branchIf(1);
        code.get(record).load(RECORD.flags).i32(FLAG.rowsMask).and().set(rows);
        code.get(record).load(RECORD.flags).i32(FLAG.axpy).and().when(
          () => {
            for (const { rows: count, index } of axpys) code.get(rows).i32(count).equal().when(() => { code.get(record).get(input).get(output).get(vectors).call(index); });
          },
          () => {
            code.get(record).get(input).get(output);
            pick(code, rows, splits.map(({ count, place }) => ({ count, push: () => { code.i32(place); } })));
            pick(code, rows, splits.map(({ count, packed }) => ({ count, push: () => { code.get(packed); } })));
            code.call(run);
          },
        );
        code.get(record).i32(recordBytes(0)).add().get(rows).i32(3).shiftLeft().add().set(record);
        code.branch(0);
      }));
      code.get(input).get(vectors).i32(4).shiftLeft().add().set(input);
      code.get(output).get(vectors).i32(4).shiftLeft().add().set(output);
      code.get(left).get(vectors).sub().set(left);
      code.branch(0);
    }));
  });
}

/** Pushes what belongs to this number of rows, without a branch. */
function pick(code: Code, rows: Local, choices: readonly { readonly count: number; readonly push: () => void }[]): void {
  const [{ push }, ...others] = choices as [typeof choices[0], ...typeof choices];
  push();
  for (const other of others) {
    const chosen = code.scratch('i32', 1)[0]!;
    code.set(chosen);
    other.push();
    code.get(chosen).get(rows).i32(other.count).equal().select();
  }
}
