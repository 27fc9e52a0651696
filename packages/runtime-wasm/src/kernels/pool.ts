import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';

/** What pooling puts together; NaN stays in both. */
const TOGETHER = { Most: (code: Code): Code => code.vectorMaximum(), Sum: (code: Code): Code => code.vectorAdd() } as const;

/**
 * Exports `rowsMost` and `rowsSum`: (from, to, rows, pitch, vectors): each vector put together over `rows` rows, `pitch` bytes
 * apart; and `columnsMost` and `columnsSum`: (from, to, taps, stride, vectors): each float put together with the `taps` - 1
 * behind it, at every float (stride 1) or every second one (stride 2). Rows, taps and vectors are at least 1.
 */
export function poolDrivers(writer: ModuleWriter): void {
  for (const [name, together] of Object.entries(TOGETHER)) {
    writer.func(`rows${name}`, 5, (code, from: Local, to: Local, rows: Local, pitch: Local, vectors: Local) => {
      const [at, left] = code.locals('i32', 2) as [Local, Local];
      const sum = code.local('v128');
      code.loop(() => {
        code.get(from).loadVector().set(sum);
        code.get(from).set(at).get(rows).set(left);
        code.block(() => code.loop(() => {
          code.advance(left, -1).get(left).isZero().branchIf(1);
          code.get(at).get(pitch).add().tee(at).loadVector().get(sum);
          together(code).set(sum).branch(0);
        }));
        code.get(to).get(sum).storeVector();
        code.advance(from, 16).advance(to, 16).advance(vectors, -1).get(vectors).branchIf(0);
      });
    });
    writer.func(`columns${name}`, 5, (code, from: Local, to: Local, taps: Local, stride: Local, vectors: Local) => {
      const [at, left] = code.locals('i32', 2) as [Local, Local];
      const sum = code.local('v128');
      const vector = (step: number): Code => (step === 1 ? code.get(at).loadVector() : code.get(at).loadVector().get(at).loadVector(16).shuffle([0, 2, 4, 6]));
      const all = (step: number): void => {
        code.loop(() => {
          code.get(from).set(at).get(taps).set(left);
          vector(step).set(sum);
          code.block(() => code.loop(() => {
            code.advance(left, -1).get(left).isZero().branchIf(1);
            code.advance(at, 4);
            together(vector(step).get(sum)).set(sum).branch(0);
          }));
          code.get(to).get(sum).storeVector();
          code.advance(from, 16 * step).advance(to, 16).advance(vectors, -1).get(vectors).branchIf(0);
        });
      };
      code.get(stride).i32(1).equal().when(() => all(1), () => all(2));
    });
  }
}
