import { describe, expect, it } from 'vitest';
import { dense, FretworkError } from '@fretwork/format';
import { exportModel, importModel, planImport, readTensorProto, writeTensorProto } from '@fretwork/onnx';
import { fileOf, floats, ints, node } from './build.js';
import { needData, readData } from './data.js';
import { integer, randomOf } from './random.js';
import { randomModel } from './random-model.js';

const SEED = 90_210;

/** Runs; anything but a result or a `FretworkError` fails the test, with the way to do it again. */
function survives(run: () => unknown, how: string): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof FretworkError && /^[a-z-]+(\.[a-z-]+)+$/.test(error.code)) return false;
    throw new Error(how, { cause: error });
  }
}

function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const kind = integer(random, 0, 3);
  if (kind === 0) return bytes.slice(0, integer(random, 0, bytes.length - 1));
  const copy = kind === 1 ? new Uint8Array([...bytes, ...Array.from({ length: integer(random, 1, 9) }, () => integer(random, 0, 255))]) : bytes.slice();
  if (kind > 1) for (let i = integer(random, 1, 4); i > 0; i--) copy[integer(random, 0, copy.length - 1)] = integer(random, 0, 255);
  return copy;
}

const small: ReadonlyMap<string, Uint8Array> = new Map([
  ['old forms', fileOf({
    opset: 9, inputs: [['x', [1, 2, 3]]], outputs: [['y', undefined]],
    weights: [floats('s', [3], [1, 2, 2]), ints('i', [1], [0]), { name: 'e', dims: [1], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'f' }] }],
    sparse: [{ values: floats('w', [2], [1, 2]), indices: ints('', [2], [0, 3]), dims: [2, 2] }],
    nodes: [
      node('Constant', [], ['c'], { value: floats('', [1], [2]) }), node('Upsample', ['x', 's'], ['u']), node('Slice', ['u'], ['v'], { starts: [0n], ends: [1n] }),
      node('Clip', ['v'], ['z'], { min: 0, max: 6 }), node('Softmax', ['z'], ['y'], { axis: 1n }),
    ],
  })],
  ['random model', exportModel(randomModel(SEED))],
]);

describe('damaged files', () => {
  it.each([...small.keys()])('%s: every cut and 4000 random damages give a model or a FretworkError', (name) => {
    const bytes = small.get(name)!;
    const random = randomOf(SEED);
    const options = { externalData: (_: string, __: number, length: number) => new Uint8Array(length), recogniseSparse: true };
    expect(importModel(bytes, options).layers.length).toBeGreaterThan(0);
    let refused = 0;
    for (let length = 0; length < bytes.length; length++) survives(() => importModel(bytes.slice(0, length), options), `cut at ${length}`);
    for (let i = 0; i < 4000; i++) {
      const bad = damaged(bytes, random);
      if (!survives(() => importModel(bad, options), `seed ${SEED}, damage ${i}`)) refused++;
      survives(() => planImport(bad, options), `plan, seed ${SEED}, damage ${i}`);
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('what damage leaves readable can be written and read again, or is refused', () => {
    const random = randomOf(SEED + 1);
    let written = 0;
    for (let i = 0; i < 2000; i++) {
      const bad = damaged(small.get('random model')!, random);
      survives(() => { importModel(exportModel(importModel(bad))); written++; }, `seed ${SEED + 1}, damage ${i}`);
    }
    expect(written).toBeGreaterThan(100);
  });

  it('a real model', (ctx) => {
    needData(ctx);
    const bytes = readData('models/mnist-8/model.onnx');
    const random = randomOf(SEED + 2);
    let refused = 0;
    for (let i = 0; i < 500; i++) if (!survives(() => importModel(damaged(bytes, random)), `seed ${SEED + 2}, damage ${i}`)) refused++;
    expect(refused).toBeGreaterThan(50);
  });

  it('a tensor file', () => {
    const bytes = writeTensorProto(dense('i64', [2, 3], BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n)), 'input');
    const random = randomOf(SEED + 3);
    let refused = 0;
    for (let i = 0; i < 5000; i++) if (!survives(() => readTensorProto(damaged(bytes, random)), `seed ${SEED + 3}, damage ${i}`)) refused++;
    expect(refused).toBeGreaterThan(1000);
  });

  it('groups inside groups do not fill the stack', () => {
    expect(survives(() => importModel(new Uint8Array(200_000).fill(0x0b)), 'groups')).toBe(false);
    expect(survives(() => readTensorProto(new Uint8Array(200_000).fill(0xa3)), 'groups')).toBe(false);
  });
});
