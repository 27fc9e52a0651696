import { FretworkError, zeros, type DenseTensor, type Model, type TensorData } from '@fretwork/format';
import type { LayerReport, Runtime, RuntimeOptions, Tensors, ThreadReport } from '../contract.js';
import type { ChosenLevel } from '../machine/choose-level.js';
import { PAGE_BYTES, RESERVED_BYTES, type Machine } from '../machine/machine.js';
import type { PackedMatrix } from '../operators/row.js';
import { isFixed, placed } from '../operators/shapes.js';
import { contentInputs } from '../plan/content.js';
import { planModel, type Plan } from '../plan/plan-model.js';
import { bindPlan, type BoundPlan, type Decoded } from './bind.js';
import { checkInputs } from './inputs.js';
import { keepStates, sameShape, type StatePlan } from './states.js';

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
  readonly states: StatePlan;
  readonly options: Pick<RuntimeOptions, 'outputs' | 'inputs' | 'timings'>;
}

export function openSession(given: SessionParts): Runtime {
  const { states, hidden } = given.states;
  /** All inputs of the model, those that states fill included. */
  const names = given.model.inputs.map((input) => input.name).filter((name) => !given.model.tensors.has(name));
  const inputs = names.filter((name) => !states.some(({ to }) => to === name));
  const outputs = given.model.outputs.map((output) => output.name).filter((name) => !hidden.includes(name));
  /** Inputs whose content decides a shape. */
  const ofContent = contentInputs(given.model);
  /** Undefined where nothing is kept from run to run. */
  const kept = states.length === 0 ? undefined : keepStates(given.states);
  const decoded: Decoded = new WeakMap();
  const base = RESERVED_BYTES + given.weightBytes;
  let parts: SessionParts | undefined = given;
  let top = base;
  let plans: Kept[] = [];
  let latest: Kept | undefined;
  const shapes = given.model.inputs.filter((input) => names.includes(input.name)).map((input) => input.shape);
  // Where all is known beforehand, the first run is to be as quick as the second, and faults are to show now.
  if (ofContent.length === 0 && shapes.every(isFixed)) make(shapes, []);

  return {
    inputs,
    outputs,

    run(own) {
      const { options } = alive();
      const joined = kept === undefined ? own : kept.join(own);
      const ready = planFor(joined);
      latest = ready;
      const { bound, plan } = ready;
      ready.runs++;
      for (let i = 0; i < plan.inputs.length; i++) {
        const { data } = joined[plan.inputs[i]!.name]!;
        if (data !== bound.inputs[i]) (bound.inputs[i] as Float32Array).set(data as Float32Array);
      }
      if (options.timings === true) timed(ready);
      else for (let i = 0; i < bound.steps.length; i++) bound.steps[i]!();
      kept?.take(bound.views);
      return options.outputs === 'views' ? ready.views : copies(ready.views);
    },

    reset() {
      alive();
      kept?.reset();
    },

    inputViews(given = {}) {
      const { model, options } = alive();
      if (options.inputs !== 'views') throw new FretworkError('run.views', 'this runtime copies its inputs', { hint: "load the model with inputs: 'views'" });
      const wanted = model.inputs.filter(({ name }) => inputs.includes(name)).map(({ name, dtype, shape }): [string, DenseTensor] => {
        const own = given[name] ?? shape;
        if (!isFixed(own)) throw new FretworkError('run.shape', 'the shape of an input is not known', { tensor: name, hint: 'name it in the first argument' });
        return [name, zeros(dtype, own)];
      });
      const named = Object.fromEntries(wanted);
      const { plan, bound } = planFor(kept === undefined ? named : kept.join(named));
      const views = plan.inputs.map(({ name, dtype, shape }, i): [string, DenseTensor] => [name, { kind: 'dense', dtype, shape, data: bound.inputs[i]! }]);
      return Object.fromEntries(views.filter(([name]) => inputs.includes(name)));
    },

    dispose() {
      parts?.machine.dispose();
      parts = undefined;
      plans = [];
      latest = undefined;
    },

    report() {
      const { model, machine, level: { level, why, code }, threads, memoryLimit, weightBytes } = alive();
      const plan = latest?.plan;
      return {
        level, why, code, threads,
        states: states.map(({ from, to, layer }) => ({ from, to, layer })),
        memory: {
          bytes: machine.buffer().byteLength, limitBytes: memoryLimit, weightBytes,
          planBytes: plan === undefined ? 0 : plan.lastingBytes + plan.arenaBytes,
        },
        plans: plans.length,
        layers: latest === undefined ? [] : layerReports(model, latest),
      };
    },
  };

  function alive(): SessionParts {
    if (parts !== undefined) return parts;
    throw new FretworkError('run.disposed', 'this runtime was disposed of', { hint: 'load the model again' });
  }

  /** The plan for inputs of these shapes, over the memory as it lies now. */
  function planFor(tensors: Tensors): Kept {
    const { model, machine } = alive();
    checkInputs(model, tensors);
    const found = find(tensors) ?? makeFor(tensors);
    if (found.buffer !== machine.buffer()) {
      found.bound = bindPlan(found.plan, machine, found.base, decoded);
      found.views = visible(found.bound);
      found.buffer = machine.buffer();
    }
    return found;
  }

  function visible({ views }: BoundPlan): Record<string, DenseTensor> {
    return Object.fromEntries(outputs.map((name) => [name, views[name]!]));
  }

  function find(tensors: Tensors): Kept | undefined {
    for (let k = 0; k < plans.length; k++) if (fits(plans[k]!, tensors)) return plans[k];
    return undefined;
  }

  function fits(plan: Kept, tensors: Tensors): boolean {
    for (let i = 0; i < names.length; i++) if (!sameShape(tensors[names[i]!]!.shape, plan.shapes[i]!)) return false;
    for (let i = 0; i < ofContent.length; i++) {
      const { data } = tensors[ofContent[i]!]!;
      const own = plan.contents[i]!.data;
      for (let e = 0; e < own.length; e++) if (data[e] !== own[e]) return false;
    }
    return true;
  }

  /** By itself, because functions that close over `tensors` would make every `run` allocate. */
  function makeFor(tensors: Tensors): Kept {
    return make(
      names.map((name) => [...tensors[name]!.shape]),
      ofContent.map((name) => ({ ...tensors[name]!, data: tensors[name]!.data.slice() as TensorData })),
    );
  }

  function make(shapes: readonly (readonly number[])[], contents: readonly DenseTensor[]): Kept {
    const { model, packed, machine, options } = alive();
    const planned = (): Plan => planModel(model, {
      shapes: Object.fromEntries(names.map((name, i) => [name, shapes[i]!])),
      contents: new Map(ofContent.map((name, i) => [name, contents[i]!])),
      keepInputs: options.inputs === 'views', threads: machine.threads,
    }, (layer) => packed.get(layer.name) ?? []);
    const plan = kept === undefined ? planned() : hinted(planned);
    const at = reserve(plan.lastingBytes + plan.arenaBytes);
    const bound = bindPlan(plan, machine, at, decoded);
    latest = { shapes, contents, plan, base: at, buffer: machine.buffer(), bound, views: visible(bound), spent: new Float64Array(plan.steps.length), runs: 0 };
    plans.push(latest);
    return latest;
  }

  /** `bytes` behind all that is kept; where the limit is near, older plans go first. */
  function reserve(bytes: number): number {
    const { machine, memoryLimit } = alive();
    if (plans.length >= MOST_PLANS || top + bytes > memoryLimit) {
      plans = [];
      top = base;
    }
    const at = top;
    const wanted = Math.ceil((at + bytes) / PAGE_BYTES) * PAGE_BYTES;
    const tooMuch = (cause?: unknown): FretworkError => new FretworkError('run.memory', 'these inputs need more memory', {
      expected: `at most ${memoryLimit} bytes`, actual: `${wanted} bytes`, hint: 'raise memoryLimit, or give smaller inputs', cause,
    });
    if (wanted > memoryLimit) throw tooMuch();
    try {
      machine.grow(wanted);
    } catch (cause) {
      throw tooMuch(cause);
    }
    top = at + bytes;
    return at;
  }
}

/** What the last run left may be of another size than the new inputs call for. */
function hinted<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof FretworkError && error.code === 'run.shape' ? placed(error, { hint: 'call reset() before inputs of other sizes' }) : error;
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
      const why = maker === undefined ? 'known beforehand, or read by nobody' : `fused into ${maker}`;
      return { layer: name, operator, kernel: 'none', why, fused: [], nnz: 0, weights: 0 };
    }
    return {
      layer: name, operator, kernel: step.work.kernel, why: step.work.why, fused: step.node.fused,
      nnz: step.packed.reduce((sum, m) => sum + m.nnz, 0), weights: step.packed.reduce((sum, m) => sum + m.rows * m.columns, 0),
      ...(spent.some((ms) => ms > 0) ? { ms: times.get(step)! } : {}),
    };
  });
}

