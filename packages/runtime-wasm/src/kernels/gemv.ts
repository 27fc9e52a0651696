import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { FLAG, RECORD } from '../pack/record.js';
import { rowCountsOf, widthsOf } from './manifest.js';
import { clamp } from './stream.js';

type Parts = readonly [Local, Local, Local];

interface Cursor {
  readonly at: Local;
  readonly end: Local;
  readonly weights: Local;
}

function open(code: Code, record: Local): Cursor {
  const [at, end, weights] = code.locals('i32', 3) as unknown as Parts;
  code.get(record).load(RECORD.offsets).tee(at).get(record).load(RECORD.columns).i32(2).shiftLeft().add().set(end);
  code.get(record).load(RECORD.weights).set(weights);
  return { at, end, weights };
}

/** Repeats `turn` while `columns` columns are left; `turn` must not move the cursor. */
function whileLeft(code: Code, { at, end, weights }: Cursor, columns: number, weightBytes: number, turn: () => void): void {
  code.block(() => code.loop(() => {
    code.get(end).get(at).sub().i32(4 * columns).below().branchIf(1);
    turn();
    code.advance(at, 4 * columns).advance(weights, weightBytes).branch(0);
  }));
}

/** Address of the outputs of row r of the record. */
const outputOf = (code: Code, record: Local, output: Local, r: number): Code =>
  code.get(output).get(record).load(RECORD.rows + r * RECORD.perRow).add();

/** 4·q rows whose weights lie interleaved: (record, input, output). */
function gemv(writer: ModuleWriter, rows: number): number {
  return writer.func(undefined, ['i32', 'i32', 'i32'], (code) => {
    const [record, input, output] = [0, 1, 2].map((i) => code.parameter(i)) as unknown as Parts;
    const cursor = open(code, record);
    const widths = widthsOf('gemv', rows);
    const vectors = rows / 4;
    // One set of sums per column of a turn: products need not wait for one another.
    const sums = Array.from({ length: widths[0]! }, () => code.locals('v128', vectors));
    const splats = code.locals('v128', widths[0]!);
    for (const set of sums) for (const sum of set) code.vectorZero().set(sum);
    for (const width of widths) {
      whileLeft(code, cursor, width, 4 * rows * width, () => {
        for (let c = 0; c < width; c++) code.get(input).get(cursor.at).load(4 * c).add().loadSplat().set(splats[c]!);
        for (let c = 0; c < width; c++) {
          for (let v = 0; v < vectors; v++) code.madd(() => code.get(splats[c]!), () => code.get(cursor.weights).loadVector(4 * rows * c + 16 * v), sums[c]![v]!);
        }
      });
    }
    const before = splats[0]!;
    for (let v = 0; v < vectors; v++) {
      const total = sums[0]![v]!;
      for (const set of sums.slice(1)) code.get(total).get(set[v]!).vectorAdd().set(total);
      for (let lane = 0; lane < 4; lane++) code.vectorFrom(before, lane, () => startOf(code, record, output, 4 * v + lane));
      code.get(total).get(before).vectorAdd().set(total);
      finishLanes(code, record, output, total, v);
    }
  });
}

/** Pushes the address of what row r starts from: its bias in its first run, its output so far in others. */
function startOf(code: Code, record: Local, output: Local, r: number): void {
  code.get(record).load(RECORD.rows + r * RECORD.perRow + 4);
  outputOf(code, record, output, r);
  code.get(record).load(RECORD.first).i32(1 << r).and().select();
}

/** Stores the four lanes of `total`; rows of the last run are clamped. */
function finishLanes(code: Code, record: Local, output: Local, total: Local, v: number): void {
  const clamped = code.local('v128');
  code.get(total).set(clamped);
  clamp(code, clamped);
  for (let lane = 0; lane < 4; lane++) {
    const r = 4 * v + lane;
    code.get(record).load(RECORD.last).i32(1 << r).and().when(
      () => { outputOf(code, record, output, r).get(clamped).storeLane(lane); },
      () => { outputOf(code, record, output, r).get(total).storeLane(lane); },
    );
  }
}

/** One row: weights lie side by side, activations are gathered four at a time: (record, input, output). */
function dot(writer: ModuleWriter): number {
  return writer.func(undefined, ['i32', 'i32', 'i32'], (code) => {
    const [record, input, output] = [0, 1, 2].map((i) => code.parameter(i)) as unknown as Parts;
    const cursor = open(code, record);
    const [sum, gathered, weight] = code.locals('v128', 3) as unknown as Parts;
    code.vectorZero().set(sum);
    const gather = (lane: number): void => { code.vectorFrom(gathered, lane, () => { code.get(input).get(cursor.at).load(4 * lane).add(); }); };
    whileLeft(code, cursor, 4, 16, () => {
      for (let lane = 0; lane < 4; lane++) gather(lane);
      code.madd(() => code.get(gathered), () => code.get(cursor.weights).loadVector(), sum);
    });
    code.vectorZero().set(gathered).vectorZero().set(weight);
    whileLeft(code, cursor, 1, 4, () => {
      gather(0);
      code.vectorFrom(weight, 0, () => { code.get(cursor.weights); });
      code.madd(() => code.get(gathered), () => code.get(weight), sum);
    });
    code.get(sum).get(sum).get(sum).shuffle([2, 3, 2, 3]).vectorAdd().set(sum);
    code.get(sum).get(sum).get(sum).shuffle([1, 1, 1, 1]).vectorAdd().set(sum);
    code.vectorFrom(gathered, 0, () => startOf(code, record, output, 0));
    code.get(sum).get(gathered).vectorAdd().set(sum);
    code.get(record).load(RECORD.last).i32(1).and().when(() => { clamp(code, sum); });
    outputOf(code, record, output, 0).get(sum).storeLane(0);
  });
}

/** Exports `vector`: (program, program end, input, output): all runs of the program on one activation vector. */
export function vectorDriver(writer: ModuleWriter): void {
  const runs = [...rowCountsOf('gemv').map((rows) => ({ rows, index: gemv(writer, rows) })), { rows: 1, index: dot(writer) }];
  writer.func('vector', ['i32', 'i32', 'i32', 'i32'], (code) => {
    const [record, end, input, output] = [0, 1, 2, 3].map((i) => code.parameter(i)) as [Local, Local, Local, Local];
    const rows = code.local('i32');
    code.block(() => code.loop(() => {
      code.get(record).get(end).atLeast().branchIf(1);
      code.get(record).load(RECORD.flags).i32(FLAG.rowsMask).and().set(rows);
      for (const run of runs) code.get(rows).i32(run.rows).equal().when(() => { code.get(record).get(input).get(output).call(run.index); });
      code.get(record).i32(RECORD.rows).add().get(rows).i32(3).shiftLeft().add().set(record);
      code.branch(0);
    }));
  });
}
