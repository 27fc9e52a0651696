import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawCase } from '@fretwork/conformance';
import { parseModel } from '@fretwork/format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveObjects, loadProgram, opencl, openDevice, parseLaunchPlan, projectOf, type Device, type LaunchPlan } from '../src/index.js';
import { openclLibrary } from '../src/run/library.js';
import { compile } from './compiled.js';
import { haveDriver, poclEnvironment } from './host.js';

const small = parseModel(`fretwork 1
model small
producer test version 1 opset 0

input x f32 [1, 2, 4, 4]
output y f32

layer conv = Conv(x, w) -> y
  activation relu

tensor w f32 [2, 2, 1, 1] = [1, 0, 0.5, 1]
`);

const NONE = { contexts: 0, queues: 0, programs: 0, kernels: 0, memory: 0, events: 0 };

describe.skipIf(!haveDriver)('a device', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fretwork-opencl-'));
  const { files, context } = compile(small);
  const { plan, source, weights } = projectOf(files);
  const { inputs } = drawCase(context.model, 1);
  let device: Device;

  beforeAll(async () => {
    Object.assign(process.env, poclEnvironment(folder));
    device = await openDevice();
  });
  afterAll(() => {
    device.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs, and times every launch by its layer', async () => {
    const program = await loadProgram(device, plan, source, weights);
    expect(program.run(inputs)['y']!.shape).toEqual([1, 2, 4, 4]);
    expect(program.profile().map(({ layer }) => layer)).toEqual(['conv', '']);
    expect(program.profile().every(({ nanoseconds }) => nanoseconds >= 0)).toBe(true);
    program.dispose();
    program.dispose();
    expect(liveObjects()).toEqual({ ...NONE, contexts: 1, queues: 1 });
  });

  it('keeps what was built by device and source, and builds anew where a driver does not take it', async () => {
    const cacheDirectory = join(folder, 'kernels');
    const first = (await loadProgram(device, plan, source, weights, { cacheDirectory }));
    first.dispose();
    const kept = readdirSync(cacheDirectory);
    expect(kept).toHaveLength(1);
    (await loadProgram(device, plan, `${source}\n`, weights, { cacheDirectory })).dispose();
    expect(readdirSync(cacheDirectory)).toHaveLength(2);
    writeFileSync(join(cacheDirectory, kept[0]!), 'no binary');
    const again = await loadProgram(device, plan, source, weights, { cacheDirectory });
    expect(again.run(inputs)['y']).toBeDefined();
    again.dispose();
  });

  it.each([
    ['opencl.no-platform', () => openDevice({ platform: 7 })],
    ['opencl.no-device', () => openDevice({ device: 7 })],
    ['opencl.library', () => openclLibrary(['libnosuch.so.1'])],
    ['opencl.no-fp16', () => loadProgram(device, { ...plan, type: 'f16' }, source, weights)],
    ['opencl.build', () => loadProgram(device, plan, source.replace('get_global_id(2)', 'nonsense'), weights)],
    ['opencl.memory', () => loadProgram(device, { ...plan, arenaBytes: 2 ** 52 }, source, weights)],
    ['opencl.launch-plan', () => loadProgram(device, plan, source, weights.subarray(0, 4))],
    ['opencl.call', () => loadProgram(device, { ...plan, launches: plan.launches.map((launch) => ({ ...launch, kernel: 'nosuch' })) }, source, weights)],
  ] as const)('says %s, and leaves nothing behind', async (code, act) => {
    await expect(act()).rejects.toMatchObject({ code, details: { hint: expect.any(String) as string } });
    expect(liveObjects()).toEqual({ ...NONE, contexts: 1, queues: 1 });
  });

  it('names the log and the layer of kernels that are not taken', async () => {
    const broken = loadProgram(device, plan, source.replace('get_global_id(2)', 'nonsense'), weights);
    await expect(broken).rejects.toMatchObject({ details: { layer: 'conv', actual: expect.stringContaining('nonsense') as string } });
  });

  it('says what is wrong with an input', async () => {
    const program = await loadProgram(device, plan, source, weights);
    expect(() => program.run({})).toThrow(expect.objectContaining({ code: 'opencl.input' }));
    program.dispose();
  });

  it('builds and measures as a backend', async () => {
    const backend = opencl();
    const program = await backend.build!(files);
    expect((await program.run(inputs))['y']).toBeDefined();
    await program.dispose();
    expect(await backend.measure!(files)).toMatchObject({ unit: 'ms', layers: new Map([['conv', expect.any(Number) as number]]) });
    expect(liveObjects()).toEqual({ ...NONE, contexts: 1, queues: 1 });
  });
});

describe('a list of launches', () => {
  const { plan } = projectOf(compile(small).files);
  const broken = (change: (plan: LaunchPlan) => unknown): string => JSON.stringify(change(plan));

  it('reads back as it was written', () => expect(parseLaunchPlan(JSON.stringify(plan))).toEqual(plan));

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['another version', broken((p) => ({ ...p, version: 2 }))],
    ['a file elsewhere', broken((p) => ({ ...p, source: '../../etc/passwd' }))],
    ['an arena that is too large', broken((p) => ({ ...p, arenaBytes: 2 ** 60 }))],
    ['a buffer outside of the arena', broken((p) => ({ ...p, buffers: p.buffers.map((row) => (row.kind === 'arena' ? { ...row, offset: p.arenaBytes } : row)) }))],
    ['an argument that is no buffer', broken((p) => ({ ...p, launches: p.launches.map((launch) => ({ ...launch, args: [['b', 99]] })) }))],
    ['no items', broken((p) => ({ ...p, launches: p.launches.map((launch) => ({ ...launch, global: [0, 1, 1] })) }))],
    ['a tensor of another size', broken((p) => ({ ...p, inputs: p.inputs.map((tensor) => ({ ...tensor, shape: [9] })) }))],
  ])('is refused with %s', (_, text) => expect(() => parseLaunchPlan(text)).toThrow(expect.objectContaining({ code: 'opencl.launch-plan' })));
});

it.each([{ prefix: 'A' }, { type: 'f64' as 'f32' }, { path: 'disk' as 'image' }])('options that make no sense are refused: %o', (options) => {
  expect(() => opencl(options)).toThrow(expect.objectContaining({ code: 'opencl.options' }));
});
