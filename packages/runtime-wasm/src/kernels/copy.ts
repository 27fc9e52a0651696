import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { clamp } from './stream.js';

const PARAMETERS = 9;

/**
 * Exports `copy1` and `copy2`: (from, to, planes, rows, width, from pitch, to pitch, from plane, to plane): `width` floats
 * of each row of each plane, every one or every second one of the source; pitches and plane steps in bytes. Writes no
 * byte besides; reads up to 16 bytes past the end of a row. Planes, rows and width are at least 1.
 */
export function copyDrivers(writer: ModuleWriter): void {
  for (const step of [1, 2]) writer.func(`copy${step}`, PARAMETERS, everyRow((code) => copyRow(code, step)));
  writer.func('add', PARAMETERS, everyRow(addRow));
  writer.func('frame', PARAMETERS, frame);
}

/** One row of a plane: `left` floats from `a` on in the source, from `b` on in the target, of `width` in all. The three move. */
interface Row {
  readonly a: Local;
  readonly b: Local;
  readonly left: Local;
  readonly width: Local;
}

/** Writes what is done to one row, for every row of every plane that the parameters name. */
const everyRow = (rowWriter: (code: Code) => (row: Row) => void) => (
  code: Code, from: Local, to: Local, planes: Local, rows: Local, width: Local, fromPitch: Local, toPitch: Local, fromPlane: Local, toPlane: Local,
): void => {
  const writeRow = rowWriter(code);
  const [source, target, row, left, a, b] = code.locals('i32', 6) as [Local, Local, Local, Local, Local, Local];
  const forward = (place: Local, by: Local): void => { code.get(place).get(by).add().set(place); };
  code.loop(() => {
    code.get(from).set(source).get(to).set(target).get(rows).set(row);
    code.loop(() => {
      code.get(source).set(a).get(target).set(b).get(width).set(left);
      writeRow({ a, b, left, width });
      forward(source, fromPitch);
      forward(target, toPitch);
      code.advance(row, -1).get(row).branchIf(0);
    });
    forward(from, fromPlane);
    forward(to, toPlane);
    code.advance(planes, -1).get(planes).branchIf(0);
  });
};

/** Exports `add`: parameters of `copy1`; adds what it would copy to what is there, and clamps the sums. */
function addRow(code: Code): (row: Row) => void {
  const sum = code.local('v128');
  return ({ a, b, left }) => {
    code.block(() => code.loop(() => {
      code.get(left).i32(4).below().branchIf(1);
      code.get(a).loadVector().get(b).loadVector().vectorAdd().set(sum);
      clamp(code, sum);
      code.get(b).get(sum).storeVector();
      code.advance(a, 16).advance(b, 16).advance(left, -4).branch(0);
    }));
    code.get(left).when(() => code.loop(() => {
      code.get(a).loadSplat().get(b).loadSplat().vectorAdd().set(sum);
      clamp(code, sum);
      code.get(b).get(sum).storeLane(0);
      code.advance(a, 4).advance(b, 4).advance(left, -1).get(left).branchIf(0);
    }));
  };
}

/**
 * Exports `frame`: (to, planes, plane, size, first, rows, width, pitch): zeroes the first `size` bytes of each plane, but for
 * `rows` rows of `width` bytes, `pitch` apart, from byte `first` on. All are multiples of 4; planes and rows are at least 1.
 */
function frame(code: Code, size: Local, to: Local, planes: Local, rows: Local, width: Local, first: Local, pitch: Local, _none: Local, plane: Local): void {
  const [at, end, row] = code.locals('i32', 3) as [Local, Local, Local];
  const clear = (): void => {
    code.block(() => code.loop(() => {
      code.get(end).get(at).sub().i32(16).below().branchIf(1);
      code.get(at).vectorZero().storeVector().advance(at, 16).branch(0);
    }));
    code.block(() => code.loop(() => {
      code.get(at).get(end).atLeast().branchIf(1);
      code.get(at).i32(0).store().advance(at, 4).branch(0);
    }));
  };
  code.get(width).i32(2).shiftLeft().set(width);
  code.loop(() => {
    code.get(to).set(at).get(to).get(first).add().set(end);
    clear();
    code.get(rows).set(row);
    code.block(() => code.loop(() => {
      code.get(end).get(width).add().set(at);
      code.advance(row, -1).get(row).isZero().branchIf(1);
      code.get(end).get(pitch).add().set(end);
      clear();
      code.branch(0);
    }));
    code.get(to).get(size).add().set(end);
    clear();
    code.get(to).get(plane).add().set(to);
    code.advance(planes, -1).get(planes).branchIf(0);
  });
}

function copyRow(code: Code, step: number): (row: Row) => void {
  const value = code.local('v128');
  return ({ a, b, left, width }) => {
    /** Vector v of those at `a` and `b`. */
    const vector = (v: number): void => {
      code.get(b);
      if (step === 1) code.get(a).loadVector(16 * v);
      else code.get(a).loadVector(32 * v).get(a).loadVector(32 * v + 16).shuffle([0, 2, 4, 6]);
      code.storeVector(16 * v);
    };
    for (const vectors of [4, 1]) {
      code.block(() => code.loop(() => {
        code.get(left).i32(4 * vectors).below().branchIf(1);
        for (let v = 0; v < vectors; v++) vector(v);
        code.advance(a, 16 * step * vectors).advance(b, 16 * vectors).advance(left, -4 * vectors).branch(0);
      }));
    }
    code.get(left).when(() => code.get(width).i32(4).below().when(
      () => code.loop(() => {
        code.vectorFrom(value, 0, () => code.get(a)).get(b).get(value).storeLane(0);
        code.advance(a, 4 * step).advance(b, 4).advance(left, -1).get(left).branchIf(0);
      }),
      // The last vector overlaps the one before it and ends with the row.
      () => {
        code.get(a).i32(4).get(left).sub().i32(step === 1 ? 2 : 3).shiftLeft().sub().set(a);
        code.get(b).i32(4).get(left).sub().i32(2).shiftLeft().sub().set(b);
        vector(0);
      },
    ));
  };
}
