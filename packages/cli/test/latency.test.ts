import { writeFile } from 'node:fs/promises';
import { runtimeProbe } from '@fretwork/bench';
import { printTable, type LatencyTable } from '@fretwork/latency';
import { expect, it } from 'vitest';
import { EXIT } from '../src/index.js';
import { emptyFolder, fretwork } from './terminal.js';

it('never mixes tables of one thread and of two, nor of two builds', async () => {
  const at = await emptyFolder();
  const { key } = await runtimeProbe({ threads: 1 });
  const empty = (own: Partial<typeof key>): LatencyTable => ({ version: 1, key: { ...key, ...own }, how: 'made up', entries: [], refused: [] });
  await writeFile(at('one.json'), printTable(empty({})));
  await writeFile(at('two.json'), printTable(empty({ threads: 2 })));
  await writeFile(at('old.json'), printTable(empty({ version: key.version.replace(/build \S+/, 'build 00000000-00000000') })));
  const refused = { code: EXIT.input, err: expect.stringContaining('[latency.keys]') as string };
  expect(await fretwork('latency', 'measure', '-o', at('one.json'), '--points', '3', '--threads', '2', '--resume')).toMatchObject(refused);
  expect(await fretwork('latency', 'measure', '-o', at('old.json'), '--points', '3', '--resume')).toMatchObject(refused);
  expect(await fretwork('latency', 'merge', at('one.json'), at('two.json'), '-o', at('both.json'))).toMatchObject(refused);
});
