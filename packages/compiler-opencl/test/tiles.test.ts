import { random, type Random } from '@fretwork/conformance';
import { kernelName } from '@fretwork/compiler';
import { dense, encode, type Attribute, type Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { KERNELS } from '../src/index.js';
import { compile } from './compiled.js';
import { haveDriver } from './host.js';
import { usePocl } from './pocl.js';

/** Kernels that need more positions than the random layers of the conformance kit have. */
const LONG = KERNELS.select({ type: 'f32' }).filter(({ path, pixels }) => path === 'buffer' && pixels > 64);

/** A convolution of 97 positions or more, some of whose weights are there: of some rows and columns of each block all, of others few. */
function drawLayer(draw: Random): Model {
  const groups = draw.pick([1, 1, 2]);
  const [channels, filters, size, kernel, batch] = [draw.integer(1, 40), draw.integer(1, 300 / groups), draw.integer(10, 18), draw.pick([1, 3]), draw.integer(1, 2)];
  const [rows, columns] = [filters * groups, channels * kernel * kernel];
  const shares = Array.from({ length: rows * columns }, () => 0);
  for (let r = 0; r < rows; r += 8) for (let c = 0; c < columns; c += 16) {
    const share = draw.pick([0, 0.1, 0.3, 1]);
    for (let i = r; i < Math.min(rows, r + 8); i++) for (let j = c; j < Math.min(columns, c + 16); j++) shares[i * columns + j] = share;
  }
  const values = Float32Array.from(shares, (share) => (draw.next() < share ? draw.normal() : 0));
  const weight = encode(dense('f32', [rows, channels, kernel, kernel], values), { count: 1, rows, columns, order: 'row-major', kernel: kernel * kernel }).tensor;
  return {
    name: 'layer', inputs: [{ name: 'x', dtype: 'f32', shape: [batch, channels * groups, size, size] }], outputs: [{ name: 'y', dtype: 'f32' }], values: [],
    layers: [{ name: 'layer', operator: 'Conv', domain: '', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes: new Map<string, Attribute>([
      ['group', { type: 'int', value: groups }], ['pads', { type: 'ints', value: Array.from({ length: 4 }, () => (kernel - 1) / 2) }],
    ]) }],
    tensors: new Map([['w', weight], ['b', dense('f32', [rows], Float32Array.from({ length: rows }, () => draw.normal()))]]),
    provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}

describe.skipIf(!haveDriver)('kernels of long tiles', () => {
  const { errorOf } = usePocl();

  it.for([1, 2, 3, 4, 5, 6, 7, 8])('agree with the reference on random shapes and masks, seed %i', { timeout: 300_000 }, async (seed) => {
    const draw = random(seed);
    const model = drawLayer(draw);
    const positions = (model.inputs[0]!.shape![2] as number) ** 2;
    const row = draw.pick(LONG.filter(({ pixels, constant }) => positions >= pixels - 15 && constant === (seed % 2 === 0)));
    const tunings = new Map([['layer', { kernel: kernelName(row), permute: draw.pick(['tile-group', 'group-tile']) }]]);
    const compiled = compile(model, {}, { tunings });
    expect(compiled.plan.layers[0]!.kernel).toBe(kernelName(row));
    expect(await errorOf(compiled)).toBeLessThan(1);
  });
});
