import { DTYPES, FretworkError, type DenseTensor, type Model, type TensorData } from '@fretwork/format';
import type { LayerReport, Runtime, RuntimeReport, Tensors, ThreadReport } from '../contract.js';
import type { ChosenLevel } from '../machine/choose-level.js';
import { PAGE_BYTES, RESERVED_BYTES, type Machine } from '../machine/machine.js';
import { sizeOf, type PackedMatrix } from '../operators/row.js';
import { placed } from '../operators/shapes.js';
import { planModel, type Plan } from '../plan/plan-model.js';
import { bindPlan, type BoundPlan, type Decoded } from './bind.js';
import { checkInputs } from './inputs.js';
import { keepStates, type KeptStates, type StatePlan } from './states.js';

/** Plans kept at the same time; one more, and all go. */
const MOST_PLANS = 8;

interface Kept {
  readonly shapes: readonly (readonly number[])[];
  readonly contents: readonly DenseTensor[];
  readonly plan: Plan;
  readonly base: number;
  /** The memory that `bound` was made for. */
  buffer: ArrayBufferLike;
  bound: BoundPlan;
  /** The outputs that callers see. */
  views: Record<string, DenseTensor>;
  /** Milliseconds that each step has taken, in all runs together. */
  readonly spent: Float64Array;
  runs: number;
}

export interface SessionParts {
  readonly model: Model;
  readonly machine: Machine;
  readonly level: ChosenLevel;
  readonly threads: ThreadReport;
  readonly packed: ReadonlyMap<string, readonly PackedMatrix[]>;
  readonly weightBytes: number;
  readonly memoryLimit: number;
  readonly outputs: 'copies' | 'views';
  readonly inputs: 'copies' | 'views';
  readonly timings: boolean;
  /** Inputs whose content decides a shape. */
  readonly contentInputs: readonly string[];
  readonly states: StatePlan;
}

export class Session implements Runtime {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  #parts: SessionParts | undefined;
  /** All inputs of the model, those that states fill included. */
  readonly #names: readonly string[];
  /** Undefined where nothing is kept from run to run. */
  readonly #states: KeptStates | undefined;
  readonly #decoded: Decoded = new WeakMap();
  readonly #base: number;
  #top: number;
  #plans: Kept[] = [];
  #latest: Kept | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { states, hidden } = parts.states;
    this.#names = parts.model.inputs.map((input) => input.name).filter((name) => !parts.model.tensors.has(name));
    this.inputs = this.#names.filter((name) => !states.some(({ to }) => to === name));
    this.outputs = parts.model.outputs.map((output) => output.name).filter((name) => !hidden.includes(name));
    this.#states = states.length === 0 ? undefined : keepStates(parts.states);
    this.#base = RESERVED_BYTES + parts.weightBytes;
    this.#top = this.#base;
    const shapes = parts.model.inputs.filter((input) => this.#names.includes(input.name)).map((input) => input.shape);
    // Where all is known beforehand, the first run is to be as quick as the second, and faults are to show now.
    if (parts.contentInputs.length === 0 && shapes.every((shape) => shape?.every((d) => typeof d === 'number'))) this.#make(shapes as readonly (readonly number[])[], []);
  }

  run(given: Tensors): Record<string, DenseTensor> {
    const parts = this.#alive();
    const inputs = this.#states === undefined ? given : this.#states.join(given);
    checkInputs(parts.model, inputs);
    const kept = this.#find(inputs) ?? this.#makeFor(inputs, parts.contentInputs);
    this.#latest = kept;
    if (kept.buffer !== parts.machine.buffer()) this.#rebind(kept);
    const { bound, plan } = kept;
    kept.runs++;
    for (let i = 0; i < plan.inputs.length; i++) {
      const { data } = inputs[plan.inputs[i]!.name]!;
      if (data !== bound.inputs[i]) (bound.inputs[i] as Float32Array).set(data as Float32Array);
    }
    if (parts.timings) timed(kept);
    else for (let i = 0; i < bound.steps.length; i++) bound.steps[i]!();
    this.#states?.take(bound.views);
    return parts.outputs === 'views' ? kept.views : copies(kept.views);
  }

  reset(): void {
    this.#alive();
    this.#states?.reset();
  }

  inputViews(shapes: Readonly<Record<string, readonly number[]>> = {}): Record<string, DenseTensor> {
    const { model, inputs: kind, machine } = this.#alive();
    if (kind !== 'views') throw new FretworkError('run.views', 'this runtime copies its inputs', { hint: "load the model with inputs: 'views'" });
    const wanted = model.inputs.filter(({ name }) => this.inputs.includes(name)).map(({ name, dtype, shape }): DenseTensor => {
      const own = shapes[name] ?? shape;
      if (own === undefined || !own.every((d) => typeof d === 'number')) throw new FretworkError('run.shape', 'the shape of an input is not known', { tensor: name, hint: 'name it in the first argument' });
      return { kind: 'dense', dtype, shape: own as readonly number[], data: DTYPES[dtype].make(sizeOf(own as readonly number[])) };
    });
    const given = Object.fromEntries(wanted.map((tensor, i) => [this.inputs[i]!, tensor]));
    const named = this.#states === undefined ? given : this.#states.join(given);
    checkInputs(model, named);
    const kept = this.#find(named) ?? this.#makeFor(named, this.#alive().contentInputs);
    if (kept.buffer !== machine.buffer()) this.#rebind(kept);
    const views = kept.plan.inputs.map(({ name, dtype, shape }, i): [string, DenseTensor] => [name, { kind: 'dense', dtype, shape, data: kept.bound.inputs[i]! }]);
    return Object.fromEntries(views.filter(([name]) => this.inputs.includes(name)));
  }

  #rebind(kept: Kept): void {
    const { machine } = this.#alive();
    kept.bound = bindPlan(kept.plan, machine, kept.base, this.#decoded);
    kept.views = this.#visible(kept.bound);
    kept.buffer = machine.buffer();
  }

  #visible({ views }: BoundPlan): Record<string, DenseTensor> {
    return this.#states === undefined ? views : Object.fromEntries(this.outputs.map((name) => [name, views[name]!]));
  }

  dispose(): void {
    this.#parts?.machine.dispose();
    this.#parts = undefined;
    this.#plans = [];
    this.#latest = undefined;
  }

  report(): RuntimeReport {
    const parts = this.#alive();
    const plan = this.#latest?.plan;
    return {
      level: parts.level.level,
      why: parts.level.why,
      threads: parts.threads,
      states: parts.states.states.map(({ from, to, layer }) => ({ from, to, ...(layer === undefined ? {} : { layer }) })),
      memory: {
        bytes: parts.machine.buffer().byteLength, limitBytes: parts.memoryLimit, weightBytes: parts.weightBytes,
        planBytes: plan === undefined ? 0 : plan.lastingBytes + plan.arenaBytes,
      },
      plans: this.#plans.length,
      layers: plan === undefined ? [] : layerReports(parts.model, this.#latest!),
    };
  }

  #alive(): SessionParts {
    if (this.#parts !== undefined) return this.#parts;
    throw new FretworkError('run.disposed', 'this runtime was disposed of', { hint: 'load the model again' });
  }

  #find(inputs: Tensors): Kept | undefined {
    for (let k = 0; k < this.#plans.length; k++) if (this.#fits(this.#plans[k]!, inputs)) return this.#plans[k];
    return undefined;
  }

  #fits(kept: Kept, inputs: Tensors): boolean {
    for (let i = 0; i < this.#names.length; i++) {
      const { shape } = inputs[this.#names[i]!]!;
      const own = kept.shapes[i]!;
      if (shape.length !== own.length) return false;
      for (let d = 0; d < own.length; d++) if (shape[d] !== own[d]) return false;
    }
    const names = this.#parts!.contentInputs;
    for (let i = 0; i < names.length; i++) {
      const { data } = inputs[names[i]!]!;
      const own = kept.contents[i]!.data;
      for (let e = 0; e < own.length; e++) if (data[e] !== own[e]) return false;
    }
    return true;
  }

  /** By itself, because functions that close over `inputs` would make every `run` allocate. */
  #makeFor(inputs: Tensors, contentInputs: readonly string[]): Kept {
    return this.#make(
      this.#names.map((name) => [...inputs[name]!.shape]),
      contentInputs.map((name) => ({ ...inputs[name]!, data: inputs[name]!.data.slice() as TensorData })),
    );
  }

  #make(shapes: readonly (readonly number[])[], contents: readonly DenseTensor[]): Kept {
    const { model, packed, contentInputs } = this.#alive();
    const planned = (): Plan => planModel(model, {
      shapes: Object.fromEntries(this.#names.map((name, i) => [name, shapes[i]!])),
      contents: new Map(contentInputs.map((name, i) => [name, contents[i]!])),
      keepInputs: this.#alive().inputs === 'views',
    }, (layer) => packed.get(layer.name) ?? []);
    const plan = this.#states === undefined ? planned() : hinted(planned);
    const base = this.#reserve(plan.lastingBytes + plan.arenaBytes);
    const { machine } = this.#alive();
    const bound = bindPlan(plan, machine, base, this.#decoded);
    const kept: Kept = { shapes, contents, plan, base, buffer: machine.buffer(), bound, views: this.#visible(bound), spent: new Float64Array(plan.steps.length), runs: 0 };
    this.#plans.push(kept);
    this.#latest = kept;
    return kept;
  }

  /** `bytes` behind all that is kept; where the limit is near, older plans go first. */
  #reserve(bytes: number): number {
    const { machine, memoryLimit } = this.#alive();
    if (this.#plans.length >= MOST_PLANS || this.#top + bytes > memoryLimit) {
      this.#plans = [];
      this.#top = this.#base;
    }
    const base = this.#top;
    const wanted = Math.ceil((base + bytes) / PAGE_BYTES) * PAGE_BYTES;
    const tooMuch = (cause?: unknown): FretworkError => new FretworkError('run.memory', 'the model needs more memory for these inputs', {
      expected: `at most ${memoryLimit} bytes`, actual: `${wanted} bytes`, hint: 'raise memoryLimit, or give smaller inputs', ...(cause === undefined ? {} : { cause }),
    });
    if (wanted > memoryLimit) throw tooMuch();
    try {
      machine.grow(wanted);
    } catch (cause) {
      throw tooMuch(cause);
    }
    this.#top = base + bytes;
    return base;
  }
}

/** What the last run left may be of another size than the new inputs call for. */
function hinted<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof FretworkError && error.code === 'run.shape' ? placed(error, { hint: 'states have the sizes of the last run: call reset() before inputs of others' }) : error;
  }
}

function copies(views: Readonly<Record<string, DenseTensor>>): Record<string, DenseTensor> {
  const outputs: Record<string, DenseTensor> = {};
  for (const name in views) {
    const view = views[name]!;
    outputs[name] = { kind: 'dense', dtype: view.dtype, shape: view.shape, data: view.data.slice() as TensorData };
  }
  return outputs;
}

function timed({ bound, spent }: Kept): void {
  let before = performance.now();
  for (let i = 0; i < bound.steps.length; i++) {
    bound.steps[i]!();
    const now = performance.now();
    spent[i]! += now - before;
    before = now;
  }
}

function layerReports(model: Model, { plan, spent, runs }: Kept): LayerReport[] {
  const times = new Map(plan.steps.map((step, i) => [step, spent[i]! / runs]));
  const steps = new Map(plan.steps.map((step) => [step.node.layer.name, step]));
  const makers = new Map(plan.steps.flatMap((step) => step.node.fused.map((name) => [name, step.node.layer.name])));
  return model.layers.map(({ name, operator }): LayerReport => {
    const step = steps.get(name);
    if (step === undefined) {
      const maker = makers.get(name);
      const why = maker === undefined ? 'its result is known beforehand, or nobody reads it' : `fused into ${maker}`;
      return { layer: name, operator, kernel: 'none', why, fused: [], nnz: 0, weights: 0 };
    }
    return {
      layer: name, operator, kernel: step.work.kernel, why: step.work.why, fused: step.node.fused,
      nnz: step.packed.reduce((sum, m) => sum + m.nnz, 0), weights: step.packed.reduce((sum, m) => sum + m.rows * m.columns, 0),
      ...(spent.some((ms) => ms > 0) ? { ms: times.get(step)! } : {}),
    };
  });
}

