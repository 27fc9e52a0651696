import { run } from '@fretwork/reference';
import { beforeAll, describe, expect, test } from 'vitest';
import { TINY_LAYERS } from '../../test/tiny-layers.js';
import { startPeers, type Peering } from '../bench-layers.js';
import { checkAnswer } from '../layers/check-answer.js';
import { makeProblem, modelOf, weightTensors } from '../layers/problem.js';
import type { PeerHost } from './host.js';
import { nodeHost } from './node-host.js';
import { PEERS } from './table.js';

let peers: readonly Peering[] = [];
beforeAll(async () => {
  peers = await startPeers(PEERS, nodeHost(1));
});

describe.each(PEERS)('$name', ({ name }) => {
  test('starts in Node, and again', async () => {
    const [again] = await startPeers(PEERS.filter((row) => row.name === name), nodeHost(1));
    expect(again!.started).toMatchObject({ ok: true });
    expect(peers.find(({ row }) => row.name === name)!.started).toMatchObject({ ok: true, version: expect.stringMatching(/^\d+\./) });
  });

  test.each(TINY_LAYERS)('answers $name as the reference does, or says why not', async (layer) => {
    const { started } = peers.find(({ row }) => row.name === name)!;
    const problem = makeProblem(layer, 3);
    const made = started.ok ? await started.layer(problem) : started;
    if (!made.ok) {
      expect(layer.operator, made.reason).toBe('gru');
      expect(made.hint).not.toBe('');
      return;
    }
    const expected = run(modelOf(problem, weightTensors(problem)), { x: problem.input })['y']!;
    await made.runner.run();
    await made.runner.run();
    checkAnswer(name, layer.name, made.runner.answer(), expected);
    expect(made.runner.answer().length).toBe(expected.data.length);
    await made.runner.dispose();
  });
});

test('a package that is missing is a reason with what to install', async () => {
  const missing = (): never => { throw new Error('Cannot find package'); };
  const nowhere: PeerHost = { where: 'node', threads: 1, onnxruntimeWeb: missing, litert: missing, tfjs: missing, onnxruntimeNode: missing };
  for (const { started } of await startPeers(PEERS, nowhere)) {
    expect(started).toMatchObject({ ok: false, reason: 'Cannot find package', hint: expect.stringContaining('install') });
  }
});

test('machine code does not run in a page, and threads only where they start', async () => {
  const page: PeerHost = { ...nodeHost(1), where: 'page' };
  const inPage = await startPeers(PEERS.filter(({ name }) => name === 'onnxruntime-node'), page);
  expect(inPage[0]!.started).toMatchObject({ ok: false, reason: 'it does not run in a page' });
  const threaded = await startPeers(PEERS.filter(({ name }) => name === 'tfjs-wasm' || name === 'litert'), nodeHost(2));
  expect(threaded.map(({ started }) => started.ok)).toEqual([false, false]);
});
