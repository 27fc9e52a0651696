/**
 * Times single layers, ours dense and pruned against onnxruntime-web (wasm, one thread), interleaved in one process:
 * `npm run build && node packages/runtime-wasm/tools/bench-layers.mjs [--rounds 60] [--layer 3x3]`.
 * Both sides are timed with their whole `run`, inputs copied in and outputs copied out. Every answer is checked against
 * ours at level javascript first. Medians; best is the least, which tells more on a machine that others use too; spread is the distance between the quartiles.
 */
import { createRequire } from 'node:module';
import { dense, encode } from '@fretwork/format';
import { exportModel } from '@fretwork/onnx';
import { load } from '../dist/index.js';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const ROUNDS = Number(option('rounds', 60));
const ONLY = option('layer', '');
const [BLOCK_ROWS, BLOCK_COLUMNS] = option('block', '8x32').split('x').map(Number);

const conv = (name, cout, cin, kernel, size) => ({ name, kind: 'conv', cout, cin, kernel, size, macs: cout * cin * kernel ** 2 * size ** 2 });
const LAYERS = [
  conv('conv 3x3 64-64@32', 64, 64, 3, 32),
  conv('conv 3x3 256-256@8', 256, 256, 3, 8),
  conv('conv 1x1 1024-256@14', 256, 1024, 1, 14),
  conv('conv 1x1 256-64@56', 64, 256, 1, 56),
  { name: 'gemv 1024-3072', kind: 'gemm', cout: 3072, cin: 1024, macs: 3072 * 1024 },
].filter((layer) => layer.name.includes(ONLY));

let seed = 1;
const draw = () => {
  seed = (seed + 0x6d2b79f5) >>> 0;
  let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const randoms = (length) => Float32Array.from({ length }, () => draw() - 0.5);
/** `count` of `length` places, drawn. */
const some = (length, count) => {
  const places = Array.from({ length }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(draw() * (length - i));
    [places[i], places[j]] = [places[j], places[i]];
  }
  return new Set(places.slice(0, count));
};

/** Weights `[rows, columns]` of which each block keeps random rows and columns, sqrt(density) of each. */
function blockPruned(values, rows, columns, density) {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r += BLOCK_ROWS) {
    for (let c = 0; c < columns; c += BLOCK_COLUMNS) {
      const [height, width] = [Math.min(BLOCK_ROWS, rows - r), Math.min(BLOCK_COLUMNS, columns - c)];
      const keptRows = some(height, Math.max(1, Math.round(height * Math.sqrt(density))));
      const keptColumns = some(width, Math.max(1, Math.round(width * height * density / keptRows.size)));
      for (const i of keptRows) for (const j of keptColumns) out[(r + i) * columns + c + j] = values[(r + i) * columns + c + j];
    }
  }
  return out;
}

function modelOf(layer, weight) {
  const isConv = layer.kind === 'conv';
  const [input, output] = isConv ? [[1, layer.cin, layer.size, layer.size], [1, layer.cout, layer.size, layer.size]] : [[1, layer.cin], [1, layer.cout]];
  const ints = (value) => ({ type: 'ints', value });
  return {
    name: layer.name, values: [],
    inputs: [{ name: 'x', dtype: 'f32', shape: input }], outputs: [{ name: 'y', dtype: 'f32', shape: output }],
    layers: [{
      name: 'layer', operator: isConv ? 'Conv' : 'Gemm', domain: '', inputs: ['x', 'w', 'b'], outputs: ['y'],
      attributes: new Map(isConv ? [['kernel_shape', ints([layer.kernel, layer.kernel])], ['pads', ints(new Array(4).fill((layer.kernel - 1) / 2))]] : [['transB', { type: 'int', value: 1 }]]),
    }],
    tensors: new Map([['w', weight], ['b', dense('f32', [layer.cout], randoms(layer.cout))]]),
    provenance: { producer: 'bench', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];
const spread = (times) => { const s = times.toSorted((a, b) => a - b); return s[Math.floor(s.length * 0.75)] - s[Math.floor(s.length * 0.25)]; };

const ort = createRequire(import.meta.url)('onnxruntime-web');
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const rows = [];
for (const layer of LAYERS) {
  const [matrixRows, columns] = [layer.cout, layer.cin * (layer.kernel ?? 1) ** 2];
  const shape = layer.kind === 'conv' ? [layer.cout, layer.cin, layer.kernel, layer.kernel] : [layer.cout, layer.cin];
  const view = { count: 1, rows: matrixRows, columns, order: 'row-major', kernel: (layer.kernel ?? 1) ** 2 };
  const values = randoms(matrixRows * columns);
  const whole = modelOf(layer, dense('f32', shape, values));
  const input = dense('f32', whole.inputs[0].shape, randoms(whole.inputs[0].shape.reduce((a, b) => a * b, 1)));
  const runners = [];
  const session = await ort.InferenceSession.create(exportModel(whole).bytes ?? exportModel(whole), { executionProviders: ['wasm'] });
  const feeds = { x: new ort.Tensor('float32', input.data, input.shape) };
  runners.push({ name: 'onnxruntime-web dense', kept: 1, run: () => session.run(feeds), times: [] });
  for (const sparsity of [0, 0.75, 0.9, 0.95]) {
    const weight = sparsity === 0 ? dense('f32', shape, values) : encode(dense('f32', shape, blockPruned(values, matrixRows, columns, 1 - sparsity)), view, { encodings: ['bcr'] }).tensor;
    const model = modelOf(layer, weight);
    const [ours, plain] = [await load(model), await load(model, { level: 'javascript' })];
    const [found, expected] = [ours.run({ x: input }).y.data, plain.run({ x: input }).y.data];
    const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    if (found.some((v, i) => !(Math.abs(v - expected[i]) <= 1e-4 * largest))) throw new Error(`${layer.name} at ${sparsity} is wrong`);
    plain.dispose();
    const { nnz, kernel } = ours.report().layers[0];
    runners.push({ name: `fretwork ${sparsity === 0 ? 'dense' : `${BLOCK_ROWS}x${BLOCK_COLUMNS}@${Math.round(100 * sparsity)} %`}`, kept: nnz / values.length, kernel, run: () => ours.run({ x: input }), times: [] });
  }
  for (const runner of runners) for (const end = performance.now() + 300; performance.now() < end;) await runner.run();
  for (let round = 0; round < ROUNDS; round++) {
    for (const runner of runners) {
      const start = performance.now();
      const out = runner.run();
      if (out instanceof Promise) await out;
      runner.times.push(performance.now() - start);
    }
  }
  const base = median(runners[0].times);
  for (const { name, kept, times, kernel } of runners) {
    const ms = median(times);
    rows.push({ layer: layer.name, runner: name, ms: +ms.toFixed(4), best: +Math.min(...times).toFixed(4), spread: +spread(times).toFixed(4), 'x ort-web': +(base / ms).toFixed(2), 'x by best': +(Math.min(...runners[0].times) / Math.min(...times)).toFixed(2), 'dense GFLOP/s': +(2 * layer.macs / ms / 1e6).toFixed(1), 'kept GFLOP/s': +(2 * layer.macs * kept / ms / 1e6).toFixed(1), kernel: kernel ?? '' });
  }
}
console.log(`node ${process.version}, one thread, median of ${ROUNDS} interleaved rounds, onnxruntime-web ${ort.env.versions.web}, random masks; ${option('note', 'say here whether the machine was shared')}`);
console.table(rows);
