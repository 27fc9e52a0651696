import { cFloat, product, type Call } from '@fretwork/compiler';
import type { Activation } from '@fretwork/format';
import { activationOf } from '../operators/curves.js';
import type { NeonPlan } from '../contract.js';
import { familyFor, type Family } from '../family.js';
import type { Pools } from './pools.js';

/** What a part does of something that is shared out. */
export interface Range {
  readonly from: string;
  readonly to: string;
  readonly count: string;
  /** The pointer `base`, `from` steps on. */
  readonly at: (base: string, step: number) => string;
}

/** The body of one layer's function, as it grows. `x0`, `x1`, … are its inputs, `y0`, … its outputs, `s` its scratch memory.
 * Of a layer that threads share, the body is run by all of them: each does the parts `[first, end)`, and waits where it needs what others make. */
export class LayerCode {
  readonly lines: string[] = [];
  readonly pools: Pools;
  readonly prefix: string;
  /** Kernels and support functions that the body calls. */
  readonly needs: Set<string> = new Set();
  readonly #call: Call;
  readonly #declared = new Set<string>();

  /** Parts that the layer is cut into; 1: one thread does it. */
  readonly parts: number;

  readonly family: Family;

  constructor(call: Call, pools: Pools, { prefix, type }: Pick<NeonPlan, 'prefix' | 'type'>, parts = 1) {
    this.#call = call;
    this.parts = parts;
    this.pools = pools;
    this.prefix = prefix;
    this.family = familyFor(type);
  }

  add(...lines: readonly string[]): void {
    this.lines.push(...lines.map((line) => `  ${line}`));
  }

  block(lines: readonly string[]): void {
    this.add('{', ...lines.map((line) => `  ${line}`), '}');
  }

  /** `lines` once for each part, which they know as `part`. */
  perPart(lines: readonly string[]): string[] {
    return this.parts === 1 ? [...lines] : ['for (int part = first; part < end; part++) {', ...lines.map((line) => `  ${line}`), '}'];
  }

  /** `lines` for the first part alone. */
  alone(lines: readonly string[]): string[] {
    return this.parts === 1 ? [...lines] : ['if (first == 0) {', ...lines.map((line) => `  ${line}`), '}'];
  }

  /** `size` things shared out evenly: lines for those from `from` to before `to`, both C expressions. */
  shared(size: number, lines: (range: Range) => readonly string[]): string[] {
    if (this.parts === 1) return [...lines({ from: '0', to: String(size), count: String(size), at: (base) => base })];
    const [each, over] = [Math.floor(size / this.parts), size % this.parts];
    const place = (part: string): string => [...(each === 0 ? [] : [`${each} * ${part}`]), ...(over === 0 ? [] : [`(${part} < ${over} ? ${part} : ${over})`])].join(' + ') || '0';
    return this.perPart([
      `const int from = ${place('part')}, to = ${place('(part + 1)')};`,
      ...lines({ from: 'from', to: 'to', count: 'to - from', at: (base, step) => `${base} + from${step === 1 ? '' : ` * ${step}`}` }),
    ]);
  }

  /** Waits until all threads are here. */
  wait(): string[] {
    return this.parts === 1 ? [] : [`${this.prefix}_wait(m->team);`];
  }

  /** The C name of a kernel or support function, which becomes part of the project. */
  kernel(name: string): string {
    this.needs.add(name);
    return `${this.prefix}_${name}`;
  }

  /** The C expression of input `i` as a pointer to floats: a parameter, or a place among the weights where it is constant. */
  input(i: number): string {
    const name = `x${i}`;
    const values = this.#call.tensor(i) === undefined ? undefined : this.#call.numbers(i);
    if (values !== undefined && !this.#declared.has(name)) {
      this.#declared.add(name);
      this.add(`const float *${name} = m->weights + ${this.pools.weights.add(values)};`);
    }
    return name;
  }

  /** The literal of constant input `i` that has one element. */
  scalar(i: number): string | undefined {
    const values = this.#call.numbers(i);
    return values?.length === 1 ? cFloat(values[0]!) : undefined;
  }

  weights(values: ArrayLike<number>): string {
    return `m->weights + ${this.pools.weights.add(values)}`;
  }

  program(values: ArrayLike<number>): string {
    return `m->program + ${this.pools.program.add(values)}`;
  }

  bytes(values: ArrayLike<number>): string {
    return `m->bytes + ${this.pools.bytes.add(values)}`;
  }

  index(values: ArrayLike<number>): string {
    return `m->index + ${this.pools.index.add(values)}`;
  }

  /** Applies the layer's activation to all of its first output, in a pass of its own. */
  activate(activation: Activation | undefined = this.#call.layer.activation): void {
    if (activation === undefined) return;
    this.add(...this.wait(), ...this.shared(product(this.#call.outShape()), ({ from, to }) => [`for (int i = ${from}; i < ${to}; i++) y0[i] = ${activationOf(activation, 'y0[i]')};`]));
  }
}
