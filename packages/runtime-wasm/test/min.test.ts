import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { casesFromTree, randomCases, runCases, treeOf, type ConformanceReport } from '@fretwork/conformance';
import { gunzip, readUstar } from '@fretwork/datasets';
import { parseModel, writeModel } from '@fretwork/format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as modules from '../src/index.js';
import { bundled } from '../tools/bundle.js';
import { bytesOf, haveData, MISSING } from './data.js';
import { runner } from './runner.js';

/** What the files of `@fretwork/runtime-wasm/min` export, and what the modules they are made of do: the same. */
describe('the files for pages without a bundler', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fretwork-min-'));
  let min: typeof modules;

  beforeAll(async () => {
    for (const { name, code } of await bundled()) writeFileSync(join(folder, name), code);
    min = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'index.js')).href) as typeof modules;
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('export what the package exports', () => {
    expect(Object.keys(min).sort()).toEqual(Object.keys(modules).sort());
  });

  // Their error class is not that of the format's modules: what the kit calls refused by the one is failed by the other.
  const outcomes = (report: ConformanceReport): unknown => report.cases.map(({ name, status, reason, error }) => ({ name, passed: status === 'passed', reason, error }));

  it('give what the modules give for ONNX backend cases', async (ctx) => {
    if (!haveData) ctx.skip(MISSING);
    const cases = casesFromTree(treeOf(readUstar(await gunzip(bytesOf('onnx-node-tests/node.tar.gz')))));
    expect(outcomes(await runCases(runner('relaxed', 1, min), cases))).toEqual(outcomes(await runCases(runner('relaxed'), cases)));
  }, 240_000);

  it.each(['relaxed', 'javascript'] as const)('agree with the reference on random layers x masks x encodings, level %s', async (level) => {
    const { cases } = await runCases(runner(level, 1, min), randomCases({ seed: 20261126, count: 100 }));
    expect(cases.filter((one) => one.status !== 'passed')).toEqual([]);
  }, 240_000);

  it('refuse hostile files with the same errors', async () => {
    const attacks = new URL('../../format/attacks/', import.meta.url);
    const failure = async (load: typeof modules.load, file: string): Promise<unknown> => {
      try {
        (await load(readFileSync(new URL(file, attacks)))).dispose();
        return 'none';
      } catch (error) {
        return { message: (error as Error).message, code: (error as { code?: string }).code, details: (error as { details?: unknown }).details };
      }
    };
    const files = readdirSync(attacks).filter((file) => file.endsWith('.bcr'));
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) expect(await failure(min.load, file), file).toEqual(await failure(modules.load, file));
  });

  it('keep states, report and inspect alike', async () => {
    const file = writeModel(parseModel(STREAM));
    const told = async ({ inspect, load }: typeof modules): Promise<unknown> => {
      const runtime = await load(file, { states: 'kept', inputs: 'views', timings: false });
      const { x } = runtime.inputViews();
      x!.data.fill(0.5 as never);
      const runs = [1, 2, 3].map(() => [...runtime.run({ x: x! })['y']!.data]);
      const report = runtime.report();
      runtime.dispose();
      return { runs, report, inspection: await inspect(parseModel(STREAM)) };
    };
    expect(await told(min)).toEqual(await told(modules));
  });
});

const STREAM = `fretwork 1
model stream
producer test version 1 opset 0

input x f32 [2, 1, 3]
output y f32

layer gru = GRU(x, w, r) -> y
  int hidden_size = 2

tensor w f32 [1, 6, 3] = [1, 0, 0.5, 0, 2, 0, 0.25, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0.5, 0]
tensor r f32 [1, 6, 2] = [0.5, 0, 0, 0.5, 1, 0, 0, 1, 0.25, 0, 0, 0.25]
`;
