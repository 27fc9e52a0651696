import { cFloat, product, type Call } from '@fretwork/compiler';
import type { Activation } from '@fretwork/format';
import { activationOf } from '../operators/curves.js';
import type { Pools } from './pools.js';

/** The body of one layer's function, as it grows. `x0`, `x1`, … are its inputs, `y0`, … its outputs, `s` its scratch memory. */
export class LayerCode {
  readonly lines: string[] = [];
  readonly pools: Pools;
  readonly prefix: string;
  /** Kernels and support functions that the body calls. */
  readonly needs: Set<string> = new Set();
  readonly #call: Call;
  readonly #declared = new Set<string>();

  constructor(call: Call, pools: Pools, prefix: string) {
    this.#call = call;
    this.pools = pools;
    this.prefix = prefix;
  }

  add(...lines: readonly string[]): void {
    this.lines.push(...lines.map((line) => `  ${line}`));
  }

  block(lines: readonly string[]): void {
    this.add('{', ...lines.map((line) => `  ${line}`), '}');
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

  index(values: ArrayLike<number>): string {
    return `m->index + ${this.pools.index.add(values)}`;
  }

  /** Applies the layer's activation to all of its first output, in a pass of its own. */
  activate(activation: Activation | undefined = this.#call.layer.activation): void {
    if (activation === undefined) return;
    this.add(`for (int i = 0; i < ${product(this.#call.outShape())}; i++) y0[i] = ${activationOf(activation, 'y0[i]')};`);
  }
}
