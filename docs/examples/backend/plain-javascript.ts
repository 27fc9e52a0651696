/**
 * A backend for Fretwork in one file: it compiles pruned models to one plain JavaScript function and a file of weights.
 * It knows convolutions, matrix products, Relu, additions and reshapes; `docs/backend.md` goes through it.
 */
import {
  BACKEND_API_VERSION, countWork, packWeights, planMemory, planSchedule, summariseSchedule,
  type Backend, type BackendPlan, type EmittedFiles, type LayerPlan, type ModelContext, type PlannedSchedule, type Refusal, type ScheduleOptions,
} from '@fretwork/compiler';
import { attribute, dense, FretworkError, matricesOf, quote, weightsOf, type DenseTensor, type Layer } from '@fretwork/format';

const no = (reason: string, hint: string): Refusal => ({ ok: false, reason, hint });

/** The shape of a value. All sizes are fixed when a backend is asked: `compileModel` is given the input shapes. */
function shapeOf({ model, shapes }: ModelContext, name: string): readonly number[] | undefined {
  const shape = model.tensors.get(name)?.shape ?? shapes.values.get(name)?.shape;
  return shape?.every((size) => typeof size === 'number') === true ? shape : undefined;
}
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Numbers of a dense constant, one for each of `count` rows, times `factor`. */
function biasOf({ model }: ModelContext, layer: Layer, count: number, factor = 1): readonly number[] | undefined {
  const tensor = model.tensors.get(layer.inputs[2] ?? '');
  if (tensor === undefined) return (layer.inputs[2] ?? '') === '' ? Array.from({ length: count }, () => 0) : undefined;
  if (tensor.kind !== 'dense' || tensor.dtype !== 'f32' || ![1, count].includes(tensor.data.length) || ![1, count].includes(tensor.shape.at(-1) ?? 1)) return undefined;
  return Array.from({ length: count }, (_, row) => factor * Number(tensor.data[tensor.data.length === 1 ? 0 : row]));
}

/** How a layer's `matrix x activations` meets its values: JavaScript expressions of `c` (column), `q` (pixel), `r` (row). */
interface Product {
  readonly pixels: number;
  /** Rows that read the same columns, and those columns: groups of a convolution. */
  readonly groupRows: number;
  /** Activation of column `c` at pixel `q`, for row `r`; `x` is the input. */
  readonly load: string;
  /** Place of row `r` at pixel `q` in the output. */
  readonly place: string;
  readonly scale: number;
  readonly bias: readonly number[] | undefined;
}

/** One row per operator that multiplies by weights. */
const PRODUCTS: Readonly<Record<string, (layer: Layer, context: ModelContext, rows: number, columns: number) => Product>> = {
  Conv: (layer, context, rows) => {
    const [batch, channels, ...sizes] = shapeOf(context, layer.inputs[0]!)! as [number, number, ...number[]];
    const [, , ...kernel] = shapeOf(context, layer.inputs[1]!)!;
    const [, , ...out] = shapeOf(context, layer.outputs[0]!)!;
    const group = attribute(layer, 'group', 'int', 1);
    const ones = kernel.map(() => 1);
    const [strides, dilations] = ['strides', 'dilations'].map((name) => attribute(layer, name, 'ints', ones)) as [readonly number[], readonly number[]];
    const pads = attribute(layer, 'pads', 'ints', undefined) ?? [...ones, ...ones].map(() => 0);
    const positions = product(out);
    // Counting columns and pixels from the last axis on, as they lie in memory.
    const axes = kernel.map((size, a) => ({
      at: `Math.floor(q / ${product(out.slice(a + 1))}) % ${out[a]} * ${strides[a]} + Math.floor(c / ${product(kernel.slice(a + 1))}) % ${size} * ${dilations[a]} - ${pads[a]}`,
      size: sizes[a]!, step: product(sizes.slice(a + 1)),
    }));
    const channel = `(Math.floor(q / ${positions}) * ${channels} + Math.floor(r / ${rows / group}) * ${channels / group} + Math.floor(c / ${product(kernel)})) * ${product(sizes)}`;
    return {
      pixels: batch * positions, groupRows: rows / group,
      load: `at(x, ${channel}, [${axes.map(({ at, size, step }) => `[${at}, ${size}, ${step}]`).join(', ')}])`,
      place: `(Math.floor(q / ${positions}) * ${rows} + r) * ${positions} + q % ${positions}`, scale: 1, bias: biasOf(context, layer, rows),
    };
  },
  Gemm: (layer, context, rows, columns) => {
    const pixels = shapeOf(context, layer.outputs[0]!)![0]!;
    const load = attribute(layer, 'transA', 'int', 0) === 1 ? `x[c * ${pixels} + q]` : `x[q * ${columns} + c]`;
    return {
      pixels, groupRows: rows, load, place: `q * ${rows} + r`, scale: attribute(layer, 'alpha', 'float', 1),
      bias: biasOf(context, layer, rows, attribute(layer, 'beta', 'float', 1)),
    };
  },
  MatMul: (layer, context, rows, columns) => ({
    pixels: product(shapeOf(context, layer.outputs[0]!)!) / rows, groupRows: rows, load: `x[q * ${columns} + c]`, place: `q * ${rows} + r`, scale: 1,
    bias: Array.from({ length: rows }, () => 0),
  }),
};

/** Layers without weights: a statement that fills `y`; element by element, so that the memory plan may put `y` over an input. */
const ELEMENTWISE: Readonly<Record<string, string>> = {
  Relu: 'y.forEach((_, i) => { y[i] = Math.max(0, inputs[0][i]); });',
  Add: 'y.forEach((_, i) => { y[i] = inputs[0][i] + inputs[1][i]; });',
};
/** They give their input another shape: the same elements. */
const VIEWS = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity'];

const ACTIVATIONS: Readonly<Record<string, (alpha: number, beta: number) => string>> = {
  relu: () => 'Math.max(0, v)',
  clip: (alpha, beta) => `Math.min(${beta}, Math.max(${alpha}, v))`,
  sigmoid: () => '1 / (1 + Math.exp(-v))',
  tanh: () => 'Math.tanh(v)',
};

function supports(layer: Layer, context: ModelContext): { readonly ok: true } | Refusal {
  const names = [...layer.inputs, ...layer.outputs].filter((name) => name !== '');
  if (names.some((name) => shapeOf(context, name) === undefined)) return no('a size is open', 'give the shapes of the inputs');
  if (layer.activation !== undefined && ACTIVATIONS[layer.activation.kind] === undefined) return no(`it knows no ${layer.activation.kind}`, 'run without fuse-activations');
  if (layer.domain !== '') return no(`${layer.domain} is not ONNX's own domain`, 'compile with another backend');
  if (VIEWS.includes(layer.operator) && layer.activation === undefined) return { ok: true };
  const output = context.shapes.values.get(layer.outputs[0]!);
  if (output?.dtype !== 'f32') return no('it works on f32 alone', 'export the model as f32');
  if (ELEMENTWISE[layer.operator] !== undefined) {
    const same = layer.inputs.every((name) => String(shapeOf(context, name)) === String(output.shape));
    return same ? { ok: true } : no('its inputs are not of one shape', 'expand the smaller one first');
  }
  const kind = PRODUCTS[layer.operator];
  if (kind === undefined) return no(`it does not know ${layer.operator}`, 'compile with another backend');
  const weight = weightsOf(context.model, layer)[0];
  if (weight === undefined || weight.view.count !== 1) return no('its weight is no constant matrix', 'fold constants first');
  if (!['', 'NOTSET'].includes(attribute(layer, 'auto_pad', 'string', ''))) return no('its pads are left open', 'write the pads out');
  return kind(layer, context, weight.view.rows, weight.view.columns).bias === undefined ? no('its bias is not one number per row', 'make it an Add') : { ok: true };
}

function plan(context: ModelContext, { threads = 1 }: { readonly threads?: number }): { readonly ok: true; readonly plan: BackendPlan } | { readonly ok: false; readonly refusals: (Refusal & { layer: string })[] } {
  const memory = planMemory(context.model, context.shapes);
  if (!memory.ok) return { ok: false, refusals: [memory] };
  const layers = context.model.layers.map((layer): LayerPlan => {
    const [weight] = PRODUCTS[layer.operator] === undefined ? [] : weightsOf(context.model, layer);
    if (weight === undefined) {
      const view = VIEWS.includes(layer.operator);
      return { layer: layer.name, operator: layer.operator, kernel: view ? 'view' : 'elementwise', schedules: [], reason: view ? 'the same elements' : 'one loop over the elements' };
    }
    const { pixels, groupRows } = PRODUCTS[layer.operator]!(layer, context, weight.view.rows, weight.view.columns);
    // The only thing this backend decides: as many rows at once as cost least, by counted work.
    const [best] = [1, 4, 8].map((height) => {
      const options: ScheduleOptions = { height, threads, groupRows };
      const schedule = planSchedule(matricesOf(weight), options);
      const planned: PlannedSchedule = { tensor: weight.name, from: 0, to: 1, options, summary: summariseSchedule(schedule) };
      return { planned, cost: countWork(schedule, { pixels, tile: 1, lanes: 1 }).cost };
    }).sort((a, b) => a.cost - b.cost);
    const { planned } = best!;
    return {
      layer: layer.name, operator: layer.operator, kernel: 'segments', schedules: [planned],
      reason: `groups of ${planned.options.height} rows: ${planned.summary.loadsSaved} of ${planned.summary.loadsPerRow} loads saved`,
    };
  });
  return { ok: true, plan: { backend: 'plain-javascript', target: 'any JavaScript engine', layers, memory } };
}

/** What every compiled model begins with: the schedule's loop, as its contract writes it, and a read that knows of borders. */
const PREAMBLE = `
function at(x, start, axes) {
  let place = start;
  for (const [i, size, step] of axes) {
    if (i < 0 || i >= size) return 0;
    place += i * step;
  }
  return x[place];
}
function segments({ order, groups }, weights, pixels, load, store) {
  for (const [start, height, list] of groups) {
    for (let q = 0; q < pixels; q++) {
      const sums = new Float64Array(height);
      for (const [mask, columns, first] of list) {
        let w = first;
        for (const c of columns) {
          const value = load(c, q, order[start]);
          for (let r = 0; r < height; r++) if ((mask >>> r) & 1) sums[r] += weights[w++] * value;
        }
      }
      for (let r = 0; r < height; r++) store(order[start + r], q, sums[r]);
    }
  }
}`;

/** Names of the model reach the code as JSON strings and in comments through \`quote\`: never as they are. */
function emit(planned: BackendPlan, context: ModelContext): EmittedFiles {
  const { model } = context;
  const { buffers, values, peakBytes } = planned.memory;
  const weights: number[] = [];
  const place = new Map<string, string>();
  model.inputs.forEach(({ name }) => place.set(name, `given[${JSON.stringify(name)}]`));
  for (const { kind, name, data } of [...model.tensors].flatMap(([name, tensor]) => (tensor.kind === 'dense' && tensor.dtype === 'f32' ? [{ ...tensor, name }] : []))) {
    if (kind !== 'dense' || !model.layers.some((layer) => ELEMENTWISE[layer.operator] !== undefined && layer.inputs.includes(name))) continue;
    place.set(name, `weights.subarray(${weights.length}, ${weights.length + data.length})`);
    for (const value of data) weights.push(Number(value));
  }
  for (const { value, of, buffer } of values) {
    const elements = product(shapeOf(context, value)!);
    const first = buffer === undefined ? 0 : buffers[buffer]!.offset / 4;
    place.set(value, buffer === undefined ? place.get(of!)! : `arena.subarray(${first}, ${first + elements})`);
  }
  const statements = planned.layers.map((row) => {
    const layer = model.layers.find(({ name }) => name === row.layer)!;
    const head = `  // ${quote(row.layer)} ${layer.operator}: ${row.reason}`;
    if (row.kernel === 'view') return head;
    const { kind, alpha = 0, beta = 0 } = layer.activation ?? { kind: '' };
    const activation = ACTIVATIONS[kind]?.(alpha, beta) ?? 'v';
    if (row.kernel === 'elementwise') {
      const then = kind === '' ? '' : `\n    y.forEach((v, i) => { y[i] = ${activation}; });`;
      return `${head}\n  {\n    const y = ${place.get(layer.outputs[0]!)}, inputs = [${layer.inputs.map((name) => place.get(name)).join(', ')}];\n    ${ELEMENTWISE[layer.operator]}${then}\n  }`;
    }
    const [own] = row.schedules;
    const weight = weightsOf(model, layer)[0];
    if (own === undefined || weight?.name !== own.tensor) throw new FretworkError('plain-javascript.plan', 'the plan is not one of this model', { layer: row.layer, hint: 'plan the model again' });
    const matrices = matricesOf(weight);
    const schedule = planSchedule(matrices, own.options);
    const from = weights.length;
    for (const value of packWeights(matrices, schedule)) weights.push(Number(value));
    const { pixels, load, place: to, scale, bias } = PRODUCTS[layer.operator]!(layer, context, weight.view.rows, weight.view.columns);
    const groups = schedule.groups.map(({ start, height, segments }) => [start, height, segments.map(({ mask, columns, weights }) => [mask, [...columns], weights])]);
    return `${head}
  {
    const x = ${place.get(layer.inputs[0]!)}, y = ${place.get(layer.outputs[0]!)}, bias = ${JSON.stringify(bias)};
    segments(${JSON.stringify({ order: [...schedule.order], groups })},
      weights.subarray(${from}, ${weights.length}), ${pixels},
      (c, q, r) => ${load},
      (r, q, sum) => { const v = sum * ${scale} + bias[r]; y[${to}] = ${activation}; });
  }`;
  });
  // A computed key: `{ "__proto__": … }` would be something else.
  const perOutput = (of: (name: string) => string): string => model.outputs.map(({ name }) => `[${JSON.stringify(name)}]: ${of(name)}`).join(', ');
  const code = `// ${quote(model.name)}, compiled by plain-javascript. load(weights) gives run(inputs); all are Float32Arrays.
export function load(weights) {${PREAMBLE.replaceAll('\n', '\n  ')}
  const arena = new Float32Array(${peakBytes / 4});
  return (given) => {
${statements.join('\n').replaceAll(/^/gm, '  ')}
    return { ${perOutput((name) => `Float32Array.from(${place.get(name)})`)} };
  };
}
export const shapes = { ${perOutput((name) => JSON.stringify(shapeOf(context, name)))} };
`;
  return new Map<string, string | Uint8Array>([['model.js', code], ['weights.bin', new Uint8Array(Float32Array.from(weights).buffer)]]);
}

/** What `model.js` exports. */
interface Emitted {
  readonly load: (weights: Float32Array) => (inputs: Record<string, Float32Array>) => Record<string, Float32Array>;
  readonly shapes: Record<string, readonly number[]>;
}

export const plainJavascript = (): Backend => ({
  id: 'plain-javascript', apiVersion: BACKEND_API_VERSION, supports, plan, emit,
  build: async (files) => {
    const module = await import(`data:text/javascript,${encodeURIComponent(String(files.get('model.js')))}`) as Emitted;
    const run = module.load(new Float32Array((files.get('weights.bin') as Uint8Array).buffer));
    return {
      run: async (inputs) => {
        const given = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
        return Object.fromEntries(Object.entries(run(given)).map(([name, data]): [string, DenseTensor] => [name, dense('f32', module.shapes[name]!, data)]));
      },
      dispose: async () => {},
    };
  },
});
