import { casesFromTree, randomCases, runCases, treeOf, type Case } from '@fretwork/conformance';
import { gunzip, readUstar } from '@fretwork/datasets';
import { describe, expect, it } from 'vitest';
import type { Level } from '../src/index.js';
import { bytesOf, haveData, MISSING } from './data.js';
import { runner } from './runner.js';

const LEVELS: readonly Level[] = ['relaxed', 'simd', 'javascript'];

const nodeCases = async (): Promise<readonly Case[]> => casesFromTree(treeOf(readUstar(await gunzip(bytesOf('onnx-node-tests/node.tar.gz')))));

describe.each(LEVELS)('%s', (level) => {
  it('passes the ONNX backend cases, and fails none', async (ctx) => {
    if (!haveData) ctx.skip(MISSING);
    const report = await runCases(runner(level), await nodeCases());
    const not = report.cases.filter((c) => c.status !== 'passed').map((c) => `${c.status} ${c.name}: ${c.reason}`);
    expect(not.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(report.cases).toHaveLength(316);
    expect(report.passed).toBeGreaterThanOrEqual(280);
  }, 240_000);

  it('agrees with the reference on random layers x masks x encodings', async () => {
    const report = await runCases(runner(level), randomCases({ seed: 20261123, count: 2000 }));
    const not = report.cases.filter((c) => c.status !== 'passed').map((c) => `${c.status} ${c.name}: ${c.reason}`);
    expect(not).toEqual([]);
  }, 240_000);
});
