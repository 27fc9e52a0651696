import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { BLOCK, blockBytes, GROUP, PART, QUARTERED_ROWS } from '../pack/vector-record.js';
import { KERNELS, rowCountsOf } from './manifest.js';
import { clamp, CLAMP_ADDRESS } from './stream.js';

/** Columns per turn of the inner loop; the weights of `pack/vector-record.ts` are laid out for it. */
const TURN = 4;

/** All columns of each block between `block` and `end`, for `width` activation vectors. */
function gemv(writer: ModuleWriter, rows: number, width: number): number {
  return writer.func(undefined, 6, (code, block: Local, end: Local, input: Local, output: Local, inputPitch: Local, outputPitch: Local) => {
    const [at, stop, weights] = code.locals('i32', 3) as [Local, Local, Local];
    const quarters = rows === QUARTERED_ROWS ? [weights, ...code.locals('i32', TURN - 1)] : undefined;
    const inputs = code.locals('i32', width);
    const outputs = [output, ...code.locals('i32', width - 1)];
    const cells = code.locals('i32', TURN);
    // A row alone takes the four columns of a turn as one vector.
    const alone = rows === 1;
    const vectors = Math.ceil(rows / 4);
    // One set of sums per column of a turn where there are few: a sum waits four cycles for its last product.
    const sets = width > 1 || alone ? 1 : vectors === 1 ? 4 : 2;
    const sums = Array.from({ length: sets }, () => Array.from({ length: width }, () => code.locals('v128', vectors)));
    const splats = Array.from({ length: width }, () => code.locals('v128', alone && width === 1 ? TURN : 1));
    const weight = code.local('v128');
    for (let i = 1; i < width; i++) code.get(outputs[i - 1]!).get(outputPitch).add().set(outputs[i]!);

    const cell = (c: number): Code => code.get(at).loadHalf(2 * c).i32(2).shiftLeft();
    /** Adds the products of column c of the turn, whose weights are `offset` bytes from the cursor. */
    const column = (c: number, from: Local, offset: number): void => {
      if (width > 1) cell(c).set(cells[0]!);
      for (let i = 0; i < width; i++) (width > 1 ? code.get(cells[0]!) : cell(c)).get(inputs[i]!).add().loadSplat().set(splats[i]![0]!);
      for (let v = 0; v < vectors; v++) {
        if (width > 1) code.get(from).loadVector(offset + 16 * v).set(weight);
        for (let i = 0; i < width; i++) {
          code.madd(() => code.get(splats[i]![0]!), () => (width > 1 ? code.get(weight) : code.get(from).loadVector(offset + 16 * v)), sums[c % sets]![i]![v]!);
        }
      }
    };
    /** The activations of a turn in one vector: shuffled from splats, or gathered where those would not fit. */
    const gather = (i: number): Local => {
      if (width > 1) {
        for (let c = 0; c < TURN; c++) code.vectorFrom(splats[i]![0]!, c, () => { code.get(cells[c]!).get(inputs[i]!).add(); });
        return splats[i]![0]!;
      }
      const [a, b, c, d] = splats[0] as readonly [Local, Local, Local, Local];
      [a, b, c, d].forEach((splat, k) => code.get(cells[k]!).get(inputs[0]!).add().loadSplat().set(splat));
      code.get(a).get(b).shuffle([0, 4, 1, 5]).get(c).get(d).shuffle([0, 4, 1, 5]).shuffle([0, 1, 4, 5]).set(a);
      return a;
    };
    const turn = (): void => {
      for (let c = 0; c < TURN; c++) {
        if (alone) cell(c).set(cells[c]!);
        else column(c, quarters?.[c] ?? weights, quarters === undefined ? 4 * rows * c : 0);
      }
      if (!alone) return;
      for (let i = 0; i < width; i++) {
        const gathered = gather(i);
        code.madd(() => code.get(gathered), () => code.get(weights).loadVector(), sums[0]![i]![0]!);
      }
    };
    const last = (): void => {
      if (!alone) return column(0, weights, 0);
      cell(0).set(cells[0]!).get(weights).loadAlone().set(weight);
      for (let i = 0; i < width; i++) {
        // Zeros beside it: a splat of infinity times zero would not be nothing.
        const splat = splats[i]![0]!;
        code.get(cells[0]!).get(inputs[i]!).add().loadAlone().set(splat);
        code.madd(() => code.get(splat), () => code.get(weight), sums[0]![i]![0]!);
      }
    };
    const loopTo = (step: number, body: () => void, cursors: readonly Local[]): void => {
      code.get(at).get(stop).below().when(() => {
        code.loop(() => {
          body();
          for (const cursor of cursors) code.advance(cursor, 4 * rows * step / cursors.length);
          code.advance(at, 2 * step).get(at).get(stop).below().branchIf(0);
        });
      });
    };

    code.block(() => code.loop(() => {
      code.get(block).get(end).atLeast().branchIf(1);
      for (const sum of sums.flat(2)) code.vectorZero().set(sum);
      code.get(block).load(BLOCK.weights).set(weights).get(input).get(block).load(BLOCK.input).add().set(inputs[0]!);
      for (let i = 1; i < width; i++) code.get(inputs[i - 1]!).get(inputPitch).add().set(inputs[i]!);
      code.get(block).i32(BLOCK.rows + 4 * rows).add().tee(at).get(block).load(BLOCK.columns).i32(-TURN).and().i32(1).shiftLeft().add().set(stop);
      quarters?.slice(1).forEach((quarter, k) => code.get(block).load(BLOCK.columns).i32(2).shiftRight().i32(4 * rows).multiply().get(quarters[k]!).add().set(quarter));
      loopTo(TURN, turn, quarters ?? [weights]);
      if (quarters !== undefined) code.get(quarters.at(-1)!).set(weights);
      code.get(stop).get(block).load(BLOCK.columns).i32(TURN - 1).and().i32(1).shiftLeft().add().set(stop);
      loopTo(1, last, [weights]);
      for (let i = 0; i < width; i++) {
        for (let v = 0; v < vectors; v++) {
          const total = sums[0]![i]![v]!;
          for (const set of sums.slice(1)) code.get(total).get(set[i]![v]!).vectorAdd().set(total);
          if (alone) for (const lanes of [[2, 3, 2, 3], [1, 1, 1, 1]] as const) code.get(total).get(total).get(total).shuffle(lanes).vectorAdd().set(total);
          // What else the last vector holds are weights of other rows.
          const places = cells.slice(0, rows - 4 * v);
          places.forEach((place, lane) => code.get(outputs[i]!).get(block).load(BLOCK.rows + 4 * (4 * v + lane)).add().set(place));
          code.get(places[0]!).loadAlone().set(weight);
          places.slice(1).forEach((place, k) => code.vectorFrom(weight, k + 1, () => { code.get(place); }));
          code.get(total).get(weight).vectorAdd().set(total);
          places.forEach((place, lane) => code.get(place).get(total).storeLane(lane));
        }
      }
      // Blocks start at whole words.
      code.get(stop).i32(3).add().i32(-4).and().set(block).branch(0);
    }));
  });
}

/** Writes over `count` bytes from `to` on what `vector` and `lane` push, whole vectors first. */
function fill(code: Code, to: Local, stop: Local, vector: () => void, lane: () => void, step: (bytes: number) => void): void {
  const value = code.local('v128');
  const every = (bytes: number, body: () => void): void => {
    code.block(() => code.loop(() => {
      code.get(stop).get(to).sub().i32(bytes).below().branchIf(1);
      body();
      step(bytes);
      code.advance(to, bytes).branch(0);
    }));
  };
  every(16, () => {
    code.get(to);
    vector();
    code.storeVector();
  });
  every(4, () => {
    lane();
    code.set(value).get(to).get(value).storeLane(0);
  });
}

/**
 * Exports `vector`: (part, input, output, vectors, input pitch, output pitch): one part of a program on `vectors`
 * activation vectors: outputs start as biases, take up all blocks, and are clamped. Writes no row of another part.
 */
export function vectorDriver(writer: ModuleWriter): void {
  const kernels = KERNELS.filter((row) => row.family === 'gemv').map((row) => ({ ...row, index: gemv(writer, row.rows, row.width) }));
  const heights = rowCountsOf('gemv').map((rows) => {
    const own = kernels.filter((kernel) => kernel.rows === rows);
    return { rows, one: own.find(({ width }) => width === 1)!, most: own.find(({ width }) => width > 1) };
  });
  /** `body` for each group of a part, with what its blocks' height asks for. */
  const eachGroup = (code: Code, part: Local, body: (height: typeof heights[0], group: Local, end: Local) => void): void => {
    const [group, end, rows] = code.locals('i32', 3) as [Local, Local, Local];
    code.get(part).i32(PART.groups).add().set(group);
    code.block(() => code.loop(() => {
      code.get(group).get(part).load(PART.end).atLeast().branchIf(1);
      code.get(group).load(GROUP.end).set(end).get(group).load(GROUP.rows).set(rows);
      for (const height of heights) code.get(rows).i32(height.rows).equal().when(() => body(height, group, end));
      code.get(end).set(group).branch(0);
    }));
  };
  const one = writer.func(undefined, 3, (code, part: Local, input: Local, output: Local) => {
    eachGroup(code, part, (height, group, end) => {
      code.get(group).i32(GROUP.blocks).add().get(end).get(input).get(output).i32(0).i32(0).call(height.one.index);
    });
  });
  // Block by block: its weights are read from memory once, and then from the cache.
  const many = writer.func(undefined, 6, (code, part: Local, input: Local, output: Local, vectors: Local, inputPitch: Local, outputPitch: Local) => {
    const [block, next, x, y, left] = code.locals('i32', 5) as [Local, Local, Local, Local, Local];
    eachGroup(code, part, ({ rows, one, most }, group, end) => {
      code.get(group).i32(GROUP.blocks).add().set(block);
      code.loop(() => {
        code.get(block).load(BLOCK.columns).i32(1).add().i32(1).shiftRight().i32(2).shiftLeft().get(block).add().i32(blockBytes(rows, 0)).add().set(next);
        code.get(input).set(x).get(output).set(y).get(vectors).set(left);
        for (const { width, index } of most === undefined ? [one] : [most, one]) {
          code.block(() => code.loop(() => {
            code.get(left).i32(width).below().branchIf(1);
            code.get(block).get(next).get(x).get(y).get(inputPitch).get(outputPitch).call(index);
            code.get(inputPitch).i32(width).multiply().get(x).add().set(x).get(outputPitch).i32(width).multiply().get(y).add().set(y);
            code.advance(left, -width).branch(0);
          }));
        }
        code.get(next).tee(block).get(end).below().branchIf(0);
      });
    });
  });
  writer.func('vector', 6, (code, part: Local, input: Local, output: Local, left: Local, inputPitch: Local, outputPitch: Local) => {
    const [to, stop, from, row, i] = code.locals('i32', 5) as [Local, Local, Local, Local, Local];
    const value = code.local('v128');
    const eachVector = (body: () => void): void => {
      code.get(output).set(row).get(left).set(i);
      code.block(() => code.loop(() => {
        code.get(i).isZero().branchIf(1);
        code.get(row).get(part).load(PART.from).add().set(to).get(row).get(part).load(PART.to).add().set(stop);
        body();
        code.get(row).get(outputPitch).add().set(row);
        code.advance(i, -1).branch(0);
      }));
    };
    eachVector(() => {
      code.get(part).load(PART.bias).set(from);
      fill(code, to, stop, () => { code.get(from).loadVector(); }, () => { code.get(from).loadAlone(); }, (bytes) => { code.advance(from, bytes); });
    });
    code.get(left).i32(1).equal().when(
      () => { code.get(part).get(input).get(output).call(one); },
      () => { code.get(part).get(input).get(output).get(left).get(inputPitch).get(outputPitch).call(many); },
    );
    // From minus infinity to infinity, as recurrent layers have it, there is nothing to clamp.
    const open = (at: number, bits: number): Code => code.i32(at).load().i32(bits).equal();
    open(CLAMP_ADDRESS, 0xff800000);
    open(CLAMP_ADDRESS + 4, 0x7f800000).and().isZero().when(() => eachVector(() => {
      const clamped = (load: () => void) => (): void => {
        load();
        code.set(value);
        clamp(code, value);
        code.get(value);
      };
      fill(code, to, stop, clamped(() => { code.get(to).loadVector(); }), clamped(() => { code.get(to).loadAlone(); }), () => undefined);
    }));
  });
}
