import type { ModelContext } from '@fretwork/compiler';
import { FretworkError } from '@fretwork/format';
import type { NeonPlan } from '../contract.js';

/** Where values lie in the C code of `run`. */
export class Places {
  readonly #offsets = new Map<string, number>();
  readonly #viewOf = new Map<string, string>();
  readonly #inputs: ReadonlyMap<string, number>;
  readonly #outputs: ReadonlyMap<string, number>;
  readonly #scratch: ReadonlyMap<string, number>;

  constructor(plan: NeonPlan, { model }: ModelContext) {
    const { buffers, values } = plan.memory;
    for (const value of values) {
      if (value.buffer !== undefined) this.#offsets.set(value.value, buffers[value.buffer]!.offset);
      else if (value.of !== undefined) this.#viewOf.set(value.value, value.of);
    }
    // What nothing else lies in goes straight to the caller's memory.
    const tenants = (buffer: number): number => values.filter((value) => value.buffer === buffer).length;
    this.#outputs = new Map(model.outputs.flatMap(({ name }, i) => {
      const buffer = values.find(({ value }) => value === name)?.buffer;
      return buffer !== undefined && tenants(buffer) === 1 ? [[name, i] as const] : [];
    }));
    this.#inputs = new Map(model.inputs.map(({ name }, i) => [name, i]));
    this.#scratch = new Map(buffers.filter(({ name }) => name.startsWith('scratch of ')).map(({ name, offset }) => [name.slice('scratch of '.length), offset]));
  }

  /** A C expression of type `const float *`, or `float *` for what layers make. Throws `neon.plan`. */
  of(name: string, written = false): string {
    const root = this.#viewOf.get(name);
    if (root !== undefined) return this.of(root);
    const output = this.#outputs.get(name);
    if (output !== undefined) return `outputs[${output}]`;
    const offset = this.#offsets.get(name);
    if (offset !== undefined) return `${written ? '(float *)' : '(const float *)'}(void *)(a + ${offset})`;
    const input = this.#inputs.get(name);
    if (input !== undefined) return `inputs[${input}]`;
    throw new FretworkError('neon.plan', 'the plan has no place for a value of this model', { tensor: name, hint: 'emit a plan for the very model that it was made for' });
  }

  /** Is it made in the caller's memory, with nothing left to copy? */
  isDirect(output: string): boolean {
    return this.#outputs.has(output);
  }

  scratchOf(layer: string): string {
    return `(float *)(void *)(a + ${this.#scratch.get(layer) ?? 0})`;
  }
}
