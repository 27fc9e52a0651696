import { FretworkError } from '@fretwork/format';
import type { ModelContext } from '@fretwork/compiler';
import type { NeonPlan } from '../contract.js';

/** Where values lie in the C code of `run`. */
export class Places {
  readonly #offsets = new Map<string, number>();
  readonly #viewOf = new Map<string, string>();
  readonly #inputs: ReadonlyMap<string, number>;
  readonly #scratch: ReadonlyMap<string, number>;

  constructor(plan: NeonPlan, { model }: ModelContext) {
    const { buffers, values } = plan.memory;
    for (const value of values) {
      if (value.buffer !== undefined) this.#offsets.set(value.value, buffers[value.buffer]!.offset);
      else if (value.of !== undefined) this.#viewOf.set(value.value, value.of);
    }
    this.#inputs = new Map(model.inputs.map(({ name }, i) => [name, i]));
    this.#scratch = new Map(buffers.filter(({ name }) => name.startsWith('scratch of ')).map(({ name, offset }) => [name.slice('scratch of '.length), offset]));
  }

  /** A C expression of type `const float *`, or `float *` for what layers make. Throws `neon.plan`. */
  of(name: string, written = false): string {
    const root = this.#viewOf.get(name);
    if (root !== undefined) return this.of(root);
    const offset = this.#offsets.get(name);
    if (offset !== undefined) return `${written ? '(float *)' : '(const float *)'}(void *)(a + ${offset})`;
    const input = this.#inputs.get(name);
    if (input !== undefined) return `inputs[${input}]`;
    throw new FretworkError('neon.plan', 'the plan has no place for a value of this model', { tensor: name, hint: 'emit a plan for the very model that it was made for' });
  }

  scratchOf(layer: string): string {
    return `(float *)(void *)(a + ${this.#scratch.get(layer) ?? 0})`;
  }
}
