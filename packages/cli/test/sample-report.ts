import type { CompressReport, MaskPicture, ReportedLayer } from '../src/compress/report/record.js';

/** Names as an attacker would give them to layers. */
export const HOSTILE = '</script><img src=x onerror="document.title=\'broken\'"><!--';

const layer = (name: string, more: Partial<ReportedLayer>): ReportedLayer => ({
  layer: name, operator: 'Conv', shape: '1 x 16 x 32 x 32', scheme: 'bcr 4x16', why: 'smallest block that is as fast as structured pruning', density: 0.25, weights: 2304, macs: { before: 2_359_296, after: 589_824 },
  bytes: { before: 9216, after: 2600 }, ms: { before: 0.2, after: 0.08 }, share: 0.2, encoding: 'bcr 4x16', kernel: 'stream (12 runs)', how: 'padded planes', slower: null, putBack: null, ...more,
});

/** A report in which something of each kind happened. */
export const SAMPLE_REPORT: CompressReport = {
  version: 1, fretwork: '1.0.0', date: '2026-11-26T04:00:00.000Z', command: 'fretwork compress net.onnx --data cifar10 --max-drop 1 -o out', machine: 'a processor, 2 cores',
  model: { name: 'small network', path: 'net.onnx', hash: 'a'.repeat(64) }, budget: { maxDrop: 1, latencyMs: null, rate: null },
  verdicts: [{ wish: 'lose at most 1 points', asked: true, held: true, says: 'loses 0.59 points on 509 test samples (standard error 1.3)' }, { wish: 'faster than the best dense peer, 2 threads', asked: false, held: false, says: '0.97 x own-dense' }],
  data: { train: { spec: 'cifar10/train', n: 4450, hash: 'b'.repeat(64) }, validation: { spec: 'cifar10/train, 635 held out', n: 635, hash: 'c'.repeat(64), from: '635 of the training samples, spread evenly, kept out of training' }, test: { spec: 'cifar10/test', n: 509, hash: 'd'.repeat(64) } },
  accuracy: { test: { before: { right: 464, n: 509 }, after: { right: 461, n: 509 } }, validation: { before: { right: 600, n: 635 }, after: { right: 597, n: 635 } } },
  size: { onnx: { before: 1_097_327, after: 1_097_000 }, bcr: 303_488, weights: { before: 1_080_000, after: 290_000 }, onnxZipped: { before: 1_000_000, after: 400_000 }, bcrZipped: 280_000 },
  macs: { before: 40_550_000, after: 11_000_000 },
  rate: { reached: 3.6, epochs: 10, tries: [{ power: 1, rate: 4, reached: 3.6, drop: 0.47, holds: true, seconds: 90 }, { power: 1.25, rate: 5.7, reached: 5, drop: 2.4, holds: false, seconds: 91 }] },
  speed: [1, 2].map((threads) => ({
    threads, caption: { date: '2026-11-26', engine: 'Node 24' }, absent: [{ who: 'litert', reason: 'it does not read ONNX files' }],
    contenders: [{ who: 'fretwork', ms: 0.91, spread: 0.02, p90: 0.95, factor: 1 }, { who: 'onnxruntime-web', version: '1.30.0', ms: 4.5, spread: 0.1, p90: 5, factor: 4.95 }, { who: 'own-dense', ms: 1.8, spread: 0.5, p90: 2.2, factor: threads === 1 ? 1.98 : null }],
  })),
  layers: [
    layer('conv1', { scheme: 'dense', density: 1, putBack: 'it was slower when pruned, before training: it kept all its weights', ms: { before: 0.1, after: 0.1 }, share: 0.1 }),
    layer(HOSTILE, { share: 0.5, ms: { before: 0.5, after: 0.2 } }),
    layer('conv3', { slower: '0.25 ms, dense 0.2 ms', ms: { before: 0.2, after: 0.25 } }),
    layer('pool', { operator: 'GlobalAveragePool', scheme: null, density: null, weights: 0, macs: null, bytes: { before: 0, after: 0 }, ms: { before: 0.001, after: 0.001 }, share: 0.001, why: 'no weights', encoding: '', kernel: 'plain' }),
  ],
  rehearsed: { denseMs: 1.8, ms: 0.95 }, plan: { mapper: 'search', target: 'runtime-wasm' },
  search: {
    searcher: 'hill-climb', seed: 1, targetMs: 1, rulesMs: 1, proposals: 8, known: 1, tooSlow: 3, front: [2, 3], best: 3, rules: 0, data: { spec: 'npy:x.npy,y.npy', hash: 'ab', trained: 800, judged: 200 }, settings: {},
    tried: [{ ms: 0.95, accuracy: 0.88, stopped: false, reward: 0.88 }, { ms: 1.05, accuracy: 0.6, stopped: true, reward: 0.5 }, { ms: 0.8, accuracy: 0.85, stopped: false, reward: 0.85 }, { ms: 0.97, accuracy: 0.9, stopped: false, reward: 0.9 }],
  },
  stages: [{ name: 'import', says: 'reads the model', seconds: 0.2, found: '73 layers' }], method: { pruner: 'retrain calibrated', options: {}, settings: {} },
};

/** 64 x 96, every fourth column kept, and one that is too large for single weights. */
export const SAMPLE_PICTURES: readonly MaskPicture[] = [
  { layer: HOSTILE, part: '', rows: 64, columns: 96, block: [4, 16], kind: 'bits', cell: 1, data: Buffer.from(new Uint8Array(768).fill(0b00010001)).toString('base64') },
  { layer: 'conv3', part: 'W, matrix 1 of 3', rows: 40, columns: 40, block: null, kind: 'density', cell: 4, data: Buffer.from(new Uint8Array(100).map((_, i) => 2 * i)).toString('base64') },
];
