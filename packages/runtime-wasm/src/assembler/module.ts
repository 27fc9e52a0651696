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
export class ModuleWriter {
  readonly #types: number[] = [];
  readonly #functions: Func[] = [];
  #table: readonly number[] = [];
  readonly #fused: boolean;

  constructor(fused: boolean) {
    this.#fused = fused;
  }

  /** Adds a function and returns its index, for `Code.call`. `body` is given its parameters, so many of them. */
  func(exported: string | undefined, parameters: number, body: (code: Code, ...given: Local[]) => void): number {
    const code = codeWriter(parameters, this.#fused);
    body(code, ...Array.from({ length: parameters }, (_, i) => i as Local));
    return this.#functions.push({ type: this.typeOf(parameters), code, exported }) - 1;
  }

  /** Functions that `Code.callAt` reaches by their place. */
  table(functions: readonly number[]): void {
    this.#table = functions;
  }

  /** The index of the signature of so many parameters, for `Code.callAt`. */
  typeOf(parameters: number): number {
    const known = this.#types.indexOf(parameters);
    return known >= 0 ? known : this.#types.push(parameters) - 1;
  }

  finish(memory: MemoryType): Uint8Array {
    const exports = this.#functions.flatMap((f, index) => (f.exported === undefined ? [] : [[...text(f.exported), 0, ...unsigned(index)]]));
    return joined([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(this.#types.map((parameters) => [0x60, parameters, ...new Array<number>(parameters).fill(TYPE_CODE.i32), 0]))),
      section(2, vector([[...text('env'), ...text('memory'), 2, memory.shared ? 3 : 1, ...unsigned(memory.initial), ...unsigned(memory.maximum)]])),
      section(3, vector(this.#functions.map((f) => unsigned(f.type)))),
      section(4, vector([[0x70, 1, ...unsigned(this.#table.length), ...unsigned(this.#table.length)]])),
      section(7, vector(exports)),
      section(9, vector([[0, 0x41, 0, 0x0b, ...vector(this.#table.map((index) => unsigned(index)))]])),
      section(10, vector(this.#functions.map((f) => f.code.finish()))),
    ]);
  }
}
