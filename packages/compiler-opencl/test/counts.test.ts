import { dense, encode, type Model } from '@fretwork/format';
import { drawCase, random } from '@fretwork/conformance';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emitSelfTest } from '../src/index.js';
import { compile } from './compiled.js';
import { CC, Folder, haveCompiler, haveOclgrind, OCLGRIND } from './host.js';

const [ROWS, COLUMNS, POSITIONS] = [32, 128, 64];

/** A 1x1 convolution; half of the rows and half of the columns of every block of 8 x 32 stay where it is pruned. */
function layer(pruned: boolean): Model {
  const draw = random(5);
  const values = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const [r, c] = [Math.floor(i / COLUMNS), i % COLUMNS];
    return pruned && ((r + Math.floor(c / 32)) % 2 === 1 || (c + Math.floor(r / 8)) % 2 === 1) ? 0 : draw.normal();
  });
  const weight = dense('f32', [ROWS, COLUMNS, 1, 1], values);
  return {
    name: 'layer', inputs: [{ name: 'x', dtype: 'f32', shape: [1, COLUMNS, 1, POSITIONS] }], outputs: [{ name: 'y', dtype: 'f32' }], values: [],
    layers: [{ name: 'layer', operator: 'Conv', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: new Map() }],
    tensors: new Map([['w', pruned ? encode(weight, { count: 1, rows: ROWS, columns: COLUMNS, order: 'row-major', kernel: 1 }).tensor : weight]]),
    provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}

/** Counts of the layer's one product kernel: instructions, products of vectors, loads of vectors. The same on every machine. */
function counts(model: Model): { readonly instructions: number; readonly products: number; readonly loads: number } {
  const { files, plan, context } = compile(model);
  const folder = new Folder();
  try {
    folder.write(new Map([...files, ...emitSelfTest(plan, context, [drawCase(context.model, 1)])]));
    folder.call([...CC, 'model.c', 'model_kernels.c', 'model_selftest.c', '-o', 'selftest', '-lOpenCL', '-lm']);
    writeFileSync(join(folder.path, 'oclgrind.icd'), `${OCLGRIND}\n`);
    const text = folder.call(['./selftest'], { OCL_ICD_VENDORS: folder.path, OCLGRIND_INST_COUNTS: '1' });
    const [, table] = new RegExp(`Instructions executed for kernel '${plan.layers[0]!.kernel}':\n([^]*?)\n\n`).exec(text)!;
    const rows = table!.split('\n').map((line) => /^\s*([\d,']+) - (.*)$/.exec(line)!).map(([, count, what]) => [Number(count!.replace(/[,']/g, '')), what!] as const);
    const sum = (like: RegExp): number => rows.reduce((all, [count, what]) => (like.test(what) ? all + count : all), 0);
    return { instructions: sum(/./), products: sum(/call \S*fmuladd/), loads: sum(/call \w*vload/) };
  } finally {
    folder.dispose();
  }
}

describe.skipIf(!haveOclgrind || !haveCompiler)('counted work', () => {
  it('is a quarter of the products and loads, and no more instructions than it was', { timeout: 300_000 }, () => {
    const [whole, cut] = [counts(layer(false)), counts(layer(true))];
    expect(whole.products).toBe((ROWS * COLUMNS * POSITIONS) / 8);
    expect(cut.products).toBe(whole.products / 4);
    expect(whole.loads).toBe(((ROWS / 4) * COLUMNS * POSITIONS) / 8);
    // Half of the columns, and rows of equal columns come together, four in a group.
    expect(cut.loads).toBe(whole.loads / 4);
    // What was counted when this was written. Lower it where kernels become better.
    expect(whole.instructions).toBeLessThanOrEqual(294_400);
    expect(cut.instructions).toBeLessThanOrEqual(83_584);
  });
});
