/** The elementwise part of recurrent layers, with the activation functions that ONNX has by default. */
import type { Code, Local } from '../assembler/code.js';
import type { ModuleWriter } from '../assembler/module.js';
import { sigmoid, tanh } from './curves.js';

/** Calls `body` for every vector of `size` floats and then for every float left; `i` is where, in bytes. */
function every(code: Code, size: Local, body: (at: Access) => void): void {
  const [i, end] = code.locals('i32', 2) as [Local, Local];
  const steps = (bytes: number, load: () => Code, store: () => Code): void => {
    const address = (base: Local): Code => code.get(base).get(i).add();
    code.block(() => code.loop(() => {
      code.get(end).get(i).sub().i32(bytes).below().branchIf(1);
      body({
        load: (base) => {
          address(base);
          return load();
        },
        store: (base, value) => {
          address(base).get(value);
          store();
        },
      });
      code.advance(i, bytes).branch(0);
    }));
  };
  code.get(size).i32(2).shiftLeft().set(end);
  steps(16, () => code.loadVector(), () => code.storeVector());
  steps(4, () => code.loadAlone(), () => code.storeLane(0));
}

interface Access {
  /** Pushes what lies there. */
  readonly load: (base: Local) => Code;
  readonly store: (base: Local, value: Local) => void;
}

/** `count` places, `size` floats apart, the first at `first`. */
function places(code: Code, first: Local, size: Local, count: number): readonly Local[] {
  const all = [first, ...code.locals('i32', count - 1)];
  for (let k = 1; k < count; k++) code.get(all[k - 1]!).get(size).i32(2).shiftLeft().add().set(all[k]!);
  return all;
}

/** Exports `rnn`, `gruEarly`, `gru`, `gruLate` and `lstm`, as `Kernels` describes them. */
export function cellDrivers(writer: ModuleWriter): void {
  /** One gate after its sum: both halves, and the function. */
  const gate = (code: Code, at: Access, input: Local, recurrent: Local, sum: Local, curve: typeof sigmoid): void => {
    at.load(input);
    at.load(recurrent).vectorAdd().set(sum);
    curve(code, sum);
  };
  writer.func('rnn', 4, (code, input: Local, recurrent: Local, hidden: Local, size: Local) => {
    const sum = code.local('v128');
    every(code, size, (at) => {
      gate(code, at, input, recurrent, sum, tanh);
      at.store(hidden, sum);
    });
  });
  writer.func('gruEarly', 5, (code, input: Local, recurrent: Local, hidden: Local, reset: Local, size: Local) => {
    const [xr] = places(code, input, size, 2).slice(1) as [Local];
    const [hr] = places(code, recurrent, size, 2).slice(1) as [Local];
    const sum = code.local('v128');
    every(code, size, (at) => {
      gate(code, at, input, recurrent, sum, sigmoid);
      at.store(recurrent, sum);
      gate(code, at, xr, hr, sum, sigmoid);
      at.load(hidden).get(sum).vectorMultiply().set(sum);
      at.store(reset, sum);
    });
  });
  /** hidden = n + z · (hidden - n) */
  const blend = (at: Access, z: Local, n: Local, hidden: Local): void => {
    at.load(hidden).get(n).vectorSub().get(z).vectorMultiply().get(n).vectorAdd().set(n);
    at.store(hidden, n);
  };
  writer.func('gru', 4, (code, input: Local, recurrent: Local, hidden: Local, size: Local) => {
    const [xz, xr, xn] = places(code, input, size, 3) as [Local, Local, Local];
    const [hz, hr, hn] = places(code, recurrent, size, 3) as [Local, Local, Local];
    const [z, r, n] = code.locals('v128', 3) as [Local, Local, Local];
    every(code, size, (at) => {
      gate(code, at, xz, hz, z, sigmoid);
      gate(code, at, xr, hr, r, sigmoid);
      at.load(xn).set(n);
      code.madd(() => code.get(r), () => at.load(hn), n);
      tanh(code, n);
      blend(at, z, n, hidden);
    });
  });
  writer.func('gruLate', 5, (code, input: Local, recurrent: Local, update: Local, hidden: Local, size: Local) => {
    const [z, n] = code.locals('v128', 2) as [Local, Local];
    every(code, size, (at) => {
      gate(code, at, input, recurrent, n, tanh);
      at.load(update).set(z);
      blend(at, z, n, hidden);
    });
  });
  writer.func('lstm', 6, (code, input: Local, recurrent: Local, cell: Local, hidden: Local, peepholes: Local, size: Local) => {
    const [xi, xo, xf, xc] = places(code, input, size, 4) as [Local, Local, Local, Local];
    const [hi, ho, hf, hc] = places(code, recurrent, size, 4) as [Local, Local, Local, Local];
    const [pi, po, pf] = places(code, peepholes, size, 3) as [Local, Local, Local];
    const [old, i, f, c, o] = code.locals('v128', 5) as [Local, Local, Local, Local, Local];
    every(code, size, (at) => {
      const peeping = (x: Local, h: Local, p: Local, state: Local, sum: Local): void => {
        at.load(x);
        at.load(h).vectorAdd().set(sum);
        code.madd(() => at.load(p), () => code.get(state), sum);
        sigmoid(code, sum);
      };
      at.load(cell).set(old);
      peeping(xi, hi, pi, old, i);
      peeping(xf, hf, pf, old, f);
      gate(code, at, xc, hc, c, tanh);
      code.get(f).get(old).vectorMultiply().set(old);
      code.madd(() => code.get(i), () => code.get(c), old);
      at.store(cell, old);
      peeping(xo, ho, po, old, o);
      tanh(code, old);
      code.get(o).get(old).vectorMultiply().set(o);
      at.store(hidden, o);
    });
  });
}
