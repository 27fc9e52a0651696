import { codeWriter, TYPE_CODE, type Code, type Local } from './code.js';
import { joined, unsigned } from './bytes.js';

/** The memory that a module imports as `env.memory`. Pages of 64 KiB. */
export interface MemoryType {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}

interface Func {
  readonly type: number;
  readonly code: Code;
  readonly exported: string | undefined;
}

const vector = (items: readonly ArrayLike<number>[]): Uint8Array => joined([unsigned(items.length), ...items]);
const section = (id: number, content: Uint8Array): Uint8Array => joined([[id], unsigned(content.length), content]);
const text = (name: string): Uint8Array => vector([...new TextEncoder().encode(name)].map((byte) => [byte]));

/** Collects functions of i32 parameters without results over one imported memory, and writes them as a module. Same calls, same bytes. */
export interface ModuleWriter {
  /** Adds a function and returns its index, for `Code.call`. `body` is given its parameters, so many of them. */
  readonly func: (exported: string | undefined, parameters: number, body: (code: Code, ...given: Local[]) => void) => number;
  /** Functions that `Code.callAt` reaches by their place. */
  readonly table: (functions: readonly number[]) => void;
  /** The index of the signature of so many parameters, for `Code.callAt`. */
  readonly typeOf: (parameters: number) => number;
  readonly finish: (memory: MemoryType) => Uint8Array;
}

export function moduleWriter(fused: boolean): ModuleWriter {
  const types: number[] = [];
  const functions: Func[] = [];
  let table: readonly number[] = [];
  const typeOf = (parameters: number): number => {
    const known = types.indexOf(parameters);
    return known >= 0 ? known : types.push(parameters) - 1;
  };
  return {
    typeOf,
    func: (exported, parameters, body) => {
      const code = codeWriter(parameters, fused);
      body(code, ...Array.from({ length: parameters }, (_, i) => i as Local));
      return functions.push({ type: typeOf(parameters), code, exported }) - 1;
    },
    table: (given) => { table = given; },
    finish: ({ shared, initial, maximum }) => joined([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(types.map((parameters) => [0x60, parameters, ...new Array<number>(parameters).fill(TYPE_CODE.i32), 0]))),
      section(2, vector([[...text('env'), ...text('memory'), 2, shared ? 3 : 1, ...unsigned(initial), ...unsigned(maximum)]])),
      section(3, vector(functions.map(({ type }) => unsigned(type)))),
      section(4, vector([[0x70, 1, ...unsigned(table.length), ...unsigned(table.length)]])),
      section(7, vector(functions.flatMap(({ exported }, index) => (exported === undefined ? [] : [[...text(exported), 0, ...unsigned(index)]])))),
      section(9, vector([[0, 0x41, 0, 0x0b, ...vector(table.map(unsigned))]])),
      section(10, vector(functions.map(({ code }) => code.finish()))),
    ]),
  };
}
