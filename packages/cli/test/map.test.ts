import { readFile, writeFile } from 'node:fs/promises';
import { readModel } from '@fretwork/format';
import { parseTable, planDesign, printTable, type LayerQuery, type LatencyTable, type WeightedQuery } from '@fretwork/latency';
import { buildNetwork } from '@fretwork/networks';
import { exportModel } from '@fretwork/onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/index.js';
import { parsePlan } from '../src/training/plan-file.js';
import { smallData } from './small-data.js';
import { smallModel } from './small-model.js';
import { emptyFolder, fretwork } from './terminal.js';

/** ms on a machine that does not exist: 40 GFLOP/s and a little for each layer. */
function made(query: LayerQuery): number {
  if (query.layer === 'glue') return 1e-3;
  return 2e-3 + kept(query) * 5e-8 * work(query);
}

function work(query: WeightedQuery): number {
  switch (query.layer) {
    case 'convolution': return ((query.inputs * query.outputs) / query.groups) * query.kernel[0] * query.kernel[1] * query.size[0] * query.size[1];
    case 'full': return query.inputs * query.outputs * query.vectors;
    case 'recurrent': return query.hidden * (query.inputs + query.hidden) * query.steps;
  }
}

const kept = ({ scheme }: WeightedQuery): number => (scheme.kind === 'dense' ? 1 : 1 / scheme.rate);

const GLUE = [100, 1000, 1e4, 1e5, 1e6].map((elements): LayerQuery => ({ layer: 'glue', operator: 'MaxPool', reads: elements, writes: elements / 4, window: 4 }));

const table = (): LatencyTable => ({
  version: 1, key: { device: 'a machine that does not exist', backend: 'runtime-wasm made up', version: '1', threads: 1 }, how: 'made up', refused: [],
  entries: [...planDesign({ points: 120, seed: 1 }).groups.flat(), ...GLUE].map((query) => ({
    query, ms: made(query), spread: 0, rounds: 1, samples: 1, noisy: 0, when: '2026-01-01T00:00:00.000Z', kernel: '',
    ...(query.layer !== 'glue' && { density: kept(query) }),
  })),
});

let onnx: Uint8Array;
let tableText: string;
beforeAll(() => {
  onnx = exportModel(buildNetwork('vgg-small', { width: 8 }, 1));
  tableText = printTable(table());
  parseTable(tableText, 'test');
});

async function folder(): Promise<(name: string) => string> {
  const at = await emptyFolder();
  await Promise.all([writeFile(at('m.onnx'), onnx), writeFile(at('t.json'), tableText)]);
  return at;
}

describe('map', () => {
  it('writes a plan that prune obeys, edited or not, and predicts the edit', async () => {
    const at = await folder();
    const table = ['--latency-table', at('t.json')];
    const ran = await fretwork('map', at('m.onnx'), ...table, '--rate', '4', '--difficulty', 'easy', '-o', at('plan.json'));
    expect(ran.code).toBe(EXIT.ok);
    expect(ran.out).toContain('pays below');
    expect(ran.out).toMatch(/faster by prediction/);
    // The table is of another machine than the one that runs this test.
    expect(ran.err).toContain('is of a machine that does not exist');
    const plan = JSON.parse(await readFile(at('plan.json'), 'utf8')) as { entries: { layer: string; scheme: unknown }[]; planned: { ms: number } };
    const edited = plan.entries.find(({ layer }) => layer === 'conv2_1')!;
    expect(edited.scheme).not.toEqual({ kind: 'unstructured', rate: 2 });
    edited.scheme = { kind: 'unstructured', rate: 2 };
    await writeFile(at('plan.json'), JSON.stringify(plan));
    const again = await fretwork('map', at('m.onnx'), ...table, '--plan', at('plan.json'), '--json');
    expect((JSON.parse(again.out) as typeof plan).planned.ms).toBeGreaterThan(plan.planned.ms);
    expect((await fretwork('prune', at('m.onnx'), '--plan', at('plan.json'), '-o', at('p.bcr'))).code).toBe(EXIT.ok);
    expect(readModel(new Uint8Array(await readFile(at('p.bcr')))).layers.find(({ name }) => name === 'conv2_1')!.scheme).toEqual({ kind: 'unstructured', rate: 2 });
  });

  it.each([
    [['--rate', '4', '--latency', '3ms'], EXIT.usage, 'usage.goal'], [[], EXIT.usage, 'usage.goal'], [['--latency', 'soon'], EXIT.usage, 'usage.latency'],
    [['--rate', '4', '--target', 'toaster'], EXIT.usage, 'usage.target'], [['--rate', '4', '--difficulty', 'so-so'], EXIT.usage, 'usage.difficulty'],
    [['--rate', '4', '--set', 'beta'], EXIT.usage, 'usage.set'], [['--rate', '4', '--set', 'beta=-1'], EXIT.input, 'map.threshold'],
    [['--latency', '0.0001ms'], EXIT.input, 'map.impossible'], [['--rate', '4', '--skip', 'nowhere'], EXIT.input, 'map.skip'],
  ])('refuses %j', async (argv, code, says) => {
    const at = await folder();
    const ran = await fretwork('map', at('m.onnx'), '--latency-table', at('t.json'), ...argv);
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(`[${says}]`);
    expect(ran.err).toContain('→');
  });

  it('says how to get a table where there is none', async () => {
    const at = await folder();
    const ran = await fretwork('map', at('m.onnx'), '--rate', '4', '--latency-table', at('none.json'));
    expect(ran.code).toBe(EXIT.input);
    expect(ran.err).toContain('fretwork latency measure');
  });
});

describe('map --mapper search', () => {
  const searching = async (at: (name: string) => string, data: string, ...more: readonly string[]): ReturnType<typeof fretwork> => fretwork(
    'map', at('s.onnx'), '--latency-table', at('t.json'), '--mapper', 'search', '--rate', '4', '--difficulty', 'easy', '--data', data, '--set', 'leastShare=0', '--set', 'leastGain=0', '--set', 'smallest=1',
    '--judge', '40', '--subset', '120', '--batch', '20', '--updates', '0,6,12', '--learning-rate', '0.01', '--seed', '3', ...more,
  );

  it('finds a plan as fast as the rules\' one, and the same when it is stopped and resumed', { timeout: 240_000 }, async () => {
    const at = await folder();
    await writeFile(at('s.onnx'), exportModel(smallModel()));
    const data = await smallData(at, 'train', 200, 1);
    const ran = await searching(at, data, '--budget', '14', '-o', at('plan.json'), '--log', at('log.jsonl'));
    expect(ran.code).toBe(EXIT.ok);
    expect(ran.err).toMatch(/plan +accuracy +ms +best +its ms +front +left/);
    expect(ran.err).toMatch(/hill-climb: 14 plans tried/);
    interface Found { readonly entries: unknown; readonly planned: { readonly ms: number }; readonly search: { readonly tried: readonly { readonly ms: number; readonly accuracy: number }[]; readonly best: number; readonly rules: number; readonly targetMs: number } }
    const plan = JSON.parse(await readFile(at('plan.json'), 'utf8')) as Found;
    expect(plan.search.rules).toBe(0);
    // Reports read it from the plan; what was broken by hand is left out.
    const text = await readFile(at('plan.json'), 'utf8');
    expect(parsePlan(text, 'plan.json').search).toEqual(plan.search);
    expect(parsePlan(text.replace(/"best": \d+/, '"best": 99'), 'plan.json').search).toBeUndefined();
    expect(plan.planned.ms).toBeLessThanOrEqual(plan.search.targetMs * (1 + 1e-5));
    const log = (await readFile(at('log.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { accuracy: number; plan: readonly unknown[] });
    expect(log.map(({ accuracy }) => accuracy)).toEqual(plan.search.tried.map(({ accuracy }) => accuracy));
    // In two pieces, the second from the first one's state.
    await searching(at, data, '--budget', '5', '-o', at('again.json'));
    await searching(at, data, '--budget', '14', '-o', at('again.json'), '--resume');
    expect(await readFile(at('again.json'), 'utf8')).toBe(await readFile(at('plan.json'), 'utf8'));
    expect((await searching(at, data, '--budget', '14', '-o', at('again.json'), '--resume', '--seed', '4')).err).toContain('[search.state]');
    expect((await fretwork('prune', at('s.onnx'), '--plan', at('plan.json'), '-o', at('p.bcr'))).code).toBe(EXIT.ok);
  });

  it.each([[['--mapper', 'guess'], 'usage.mapper'], [['--mapper', 'search'], 'usage.mapper'], [['--budget', '3'], 'usage.mapper'], [['--mapper', 'search', '--data', 'kws', '-o', 'p.json', '--policy', 'old.json'], 'usage.policy'], [['--mapper', 'search', '--data', 'kws', '-o', 'p.json', '--searcher', 'luck'], 'usage.searcher'],
    [['--mapper', 'search', '--data', 'kws', '-o', 'p.json', '--queue', 'desk:6379'], 'usage.queue'], [['--mapper', 'search', '--data', 'kws', '-o', 'p.json', '--measure-on', 'tablet'], 'usage.queue']])('refuses %j', async (argv, says) => {
    const at = await folder();
    const ran = await fretwork('map', at('m.onnx'), '--latency-table', at('t.json'), '--rate', '4', ...argv);
    expect(ran.code).toBe(EXIT.usage);
    expect(ran.err).toContain(`[${says}]`);
  });
});

describe('worker', () => {
  it.each([[['desk:6379'], EXIT.usage, 'usage.url'], [['redis://127.0.0.1:1', '--workers', '0'], EXIT.usage, 'usage.workers'], [['redis://127.0.0.1:1'], EXIT.input, 'queue.unreachable']])('refuses %j', async (argv, code, says) => {
    const ran = await fretwork('worker', ...argv);
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(`[${says}]`);
  });
});

describe('map --sensitivity', () => {
  it('lets rates follow a scan of the command line: what a layer is said to lose, it need not give', { timeout: 120_000 }, async () => {
    const at = await folder();
    await writeFile(at('small.onnx'), exportModel(smallModel()));
    const scanned = await fretwork('sensitivity', at('small.onnx'), '--data', await smallData(at, 'test', 64, 6), '--scheme', 'unstructured', '--rates', '2,4,8', '--json');
    expect(scanned.code, scanned.err).toBe(EXIT.ok);
    const scan = JSON.parse(scanned.out) as { layers: { layer: string; points: { asked: number; drop?: number }[] }[] };
    expect(scan.layers.map(({ layer }) => layer)).toEqual(['first', 'second', 'scores']);
    await writeFile(at('scan.json'), scanned.out);
    // Every layer takes part, however little it wins; only unstructured pruning suits matrices this small.
    const goal = ['--latency-table', at('t.json'), '--total-rate', '2', '--set', 'smallest=32', '--set', 'leastShare=0', '--set', 'leastGain=0', '--difficulty', 'easy', '--json'];
    const planned = async (...more: readonly string[]): Promise<ReadonlyMap<string, { scheme: { kind: string; rate?: number }; damage: number }>> => {
      const ran = await fretwork('map', at('small.onnx'), ...goal, ...more);
      expect(ran.code, ran.err).toBe(EXIT.ok);
      const { entries } = JSON.parse(ran.out) as { entries: { layer: string; scheme: { kind: string; rate?: number }; damage: number }[] };
      return new Map(entries.map((entry) => [entry.layer, entry]));
    };
    const [plain, followed] = [await planned(), await planned('--sensitivity', at('scan.json'))];
    expect([...followed.values()].map(({ damage }) => damage)).not.toEqual([...plain.values()].map(({ damage }) => damage));
    const rate = (plan: typeof plain, layer: string): number => plan.get(layer)!.scheme.rate ?? 1;
    // The same scan, but one layer is said to lose everything: others give what it keeps.
    const without = async (spared: string): Promise<typeof plain> => {
      const layers = scan.layers.map(({ layer, points }) => ({ layer, points: points.map((point) => ({ ...point, drop: layer === spared ? 1 : 0 })) }));
      await writeFile(at('altered.json'), JSON.stringify({ ...scan, layers }));
      return planned('--sensitivity', at('altered.json'));
    };
    const [first, second] = [await without('first'), await without('second')];
    expect(rate(first, 'first')).toBeLessThan(rate(second, 'first'));
    expect(rate(second, 'second')).toBeLessThan(rate(first, 'second'));
  });

  it.each(['{}', 'null', '{"scheme":{"kind":"bcr"}}'])('refuses a file that is no scan: %s', async (text) => {
    const at = await folder();
    await writeFile(at('scan.json'), text);
    expect(await fretwork('map', at('m.onnx'), '--latency-table', at('t.json'), '--total-rate', '4', '--sensitivity', at('scan.json'))).toMatchObject({ code: EXIT.input, err: expect.stringContaining('[map.scan]') as string });
  });
});

describe('will-it-be-faster', () => {
  it('answers, and explain --target does the same', async () => {
    const at = await folder();
    const ran = await fretwork('will-it-be-faster', at('m.onnx'), '--latency-table', at('t.json'), '--rates', '2,8');
    expect(ran.code).toBe(EXIT.ok);
    expect(ran.out).toMatch(/\nYes: [\d.]+ x at rate 8/);
    const explained = await fretwork('explain', at('m.onnx'), '--target', 'wasm', '--latency-table', at('t.json'), '--rates', '2,8');
    expect(explained).toEqual(ran);
  });

  it('says no, with exit code 1, where no layer would win', async () => {
    const at = await folder();
    const slow = { ...table(), entries: table().entries.map((entry) => ({ ...entry, ms: 1 })) };
    await writeFile(at('slow.json'), printTable(slow));
    const ran = await fretwork('will-it-be-faster', at('m.onnx'), '--latency-table', at('slow.json'));
    expect(ran.code).toBe(EXIT.no);
    expect(ran.out).toContain('\nNo: ');
  });
});
