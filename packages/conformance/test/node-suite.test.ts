import { readFile } from 'node:fs/promises';
import { gunzip, readUstar } from '@fretwork/datasets';
import { expect, it } from 'vitest';
import { casesFromTree, referenceRunner, runCases, treeOf } from '../src/index.js';
import { dataPath, missing } from './data.js';

const suite = 'onnx-node-tests/node.tar.gz';

it('the reference passes at least 300 of ONNX\'s 316 cases and fails none', async (ctx) => {
  const why = missing(suite);
  if (why !== undefined) ctx.skip(why);
  const tar = await gunzip(new Uint8Array(await readFile(dataPath(suite))));
  const cases = casesFromTree(treeOf(readUstar(tar)));
  expect(cases).toHaveLength(316);
  const report = await runCases(referenceRunner(), cases);
  expect(report.cases.filter((c) => c.status === 'failed')).toEqual([]);
  expect(report.passed).toBeGreaterThanOrEqual(300);
  for (const refused of report.cases.filter((c) => c.status === 'refused')) expect(refused.reason).not.toBe('');
}, 300_000);
