import { drawCase, pruneRegularly } from '@fretwork/conformance';
import type { Model } from '@fretwork/format';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendOptions } from '@fretwork/compiler';
import { KERNELS, loadProgram, openDevice, projectOf, type LaunchPlan, type OpenclOptions } from '../src/index.js';
import { productName } from '../src/kernels/products.js';
import { CELLS } from '../src/kernels/recurrent.js';
import { SUPPORT } from '../src/kernels/support.js';
import { compile, worstError } from './compiled.js';
import { Folder, haveOclgrind, OCLGRIND } from './host.js';
import { cells, kernels, moving, productRows } from './kinds.js';
import { mixed } from './networks.js';

/**
 * As oclgrind can check it: its table of values that nobody wrote does not know an instruction that optimising brings in
 * (freeze), and it knows no images that are buffers, so texels are read from those buffers.
 */
const checked = (plan: LaunchPlan): LaunchPlan => ({
  ...plan, options: `${plan.options} -cl-opt-disable -DFW_TEXELS_IN_MEMORY`,
  buffers: plan.buffers.map((row) => (row.kind === 'image' ? { kind: 'own', bytes: 16 } : row)),
  launches: plan.launches.map((launch) => ({ ...launch, args: launch.args.map(([kind, value]) => [kind, kind === 'b' ? memoryOf(plan, value) : value] as const) })),
});

function memoryOf({ buffers }: LaunchPlan, at: number): number {
  const row = buffers[at]!;
  return row.kind === 'image' ? row.of : at;
}

/** A checker that calls itself a device: it sees every access, race and use of what nobody wrote. */
describe.skipIf(!haveOclgrind)('kernels under oclgrind', () => {
  const folder = new Folder();
  const log = join(folder.path, 'log');
  const launched = new Set<string>();
  beforeAll(() => {
    writeFileSync(join(folder.path, 'oclgrind.icd'), `${OCLGRIND}\n`);
    Object.assign(process.env, { OCL_ICD_VENDORS: folder.path, OCLGRIND_DATA_RACES: '1', OCLGRIND_CHECK_API: '1', OCLGRIND_UNINITIALIZED: '1', OCLGRIND_LOG: log });
  });
  afterAll(() => folder.dispose());

  /** Runs it with memory of its own for every buffer; the log must stay empty, and the answer be right. */
  async function check(model: Model, options: OpenclOptions = {}, backendOptions: BackendOptions = {}): Promise<void> {
    const { files, context } = compile(model, options, backendOptions);
    const { plan, source, weights } = projectOf(files);
    // A context of its own: what the checker knows of freed memory is not forgotten before.
    const device = await openDevice();
    const program = await loadProgram(device, checked(plan), source, weights, { apart: true });
    try {
      for (const { kernel } of plan.launches) launched.add(kernel);
      const { inputs, outputs } = drawCase(context.model, 3);
      const found = program.run(inputs);
      const tolerance = options.type === undefined ? 1e-4 : 2e-2;
      const wrong = Object.keys(outputs).filter((name) => !(worstError({ [name]: found[name]! }, { [name]: outputs[name]! }, tolerance) < 1));
      expect(wrong.map((name) => `${name}: ${plan.launches.find(({ layer }) => context.model.layers[layer]?.outputs.includes(name))?.kernel ?? 'fused'}`)).toEqual([]);
      expect(readFileSync(log, 'utf8')).toBe('');
    } finally {
      program.dispose();
      device.dispose();
    }
  }

  it('says that it is oclgrind', async () => {
    const device = await openDevice();
    expect(device.name).toMatch(/oclgrind/i);
    device.dispose();
  });

  it.each([['buffer', false], ['buffer', true], ['image', false]] as const)('finds nothing in any product kernel that reads %ss, of long tiles %s', { timeout: 600_000 }, async (path, long) => {
    const { model, options } = kernels(productRows(path, long));
    await check(model, { path }, options);
  });

  it.each([['GRU', true], ['GRU', false], ['LSTM', false], ['RNN', false]] as const)('finds nothing in %s, late reset %s', { timeout: 600_000 }, async (operator, late) => {
    await check(cells(operator, late, 5), {}, { tunings: new Map([['cell', { permute: 'one-launch' }]]) });
    await check(cells(operator, late, 2), {}, { tunings: new Map([['cell', { permute: 'one-each' }]]) });
    await check(cells(operator, late, 3), {}, { tunings: new Map([['cell', { permute: 'columns-each' }]]) });
  });

  it('finds nothing in layers without weights, and in a network of all kinds, in float and halves', { timeout: 600_000 }, async () => {
    await check(moving());
    await check(pruneRegularly(mixed(), 0));
    await check(mixed(), { type: 'f16-storage' });
    await check(mixed(), { device: { name: 'processor', driver: '1', processor: true } });
  });

  it('has seen every kernel there is', () => {
    const names = [...launched];
    const seen = (name: string): boolean => names.some((kernel) => kernel === name || kernel.startsWith(`${name}_`));
    const all = [...KERNELS.rows.filter(({ type }) => type === 'f32').map((row) => productName(row, '')), ...Object.keys(SUPPORT), ...Object.keys(CELLS), ...Object.keys(CELLS).map((name) => `${name}_columns`), 'depthwise_maps'];
    expect(all.filter((name) => !seen(name))).toEqual([]);
  });

  it('would see an access outside of a buffer', { timeout: 120_000 }, async () => {
    const { files, context } = compile(mixed());
    const { plan, source, weights } = projectOf(files);
    const device = await openDevice();
    const buffers = plan.buffers.map((row) => (row.kind === 'arena' ? { ...row, bytes: Math.max(4, row.bytes / 2) } : row));
    const program = await loadProgram(device, checked({ ...plan, buffers }), source, weights, { apart: true });
    program.run(drawCase(context.model, 3).inputs);
    program.dispose();
    device.dispose();
    expect(readFileSync(log, 'utf8')).toMatch(/Invalid (read|write)/);
  });
});
