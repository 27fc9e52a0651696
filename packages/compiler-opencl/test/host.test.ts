import { drawCase, pruneRegularly } from '@fretwork/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitSelfTest } from '../src/index.js';
import { compile } from './compiled.js';
import { CC, Folder, haveCompiler, haveDriver, poclEnvironment } from './host.js';
import { mixed } from './networks.js';

/** Kernels are built once, by the first test: the second one runs what it kept. */
describe.skipIf(!haveCompiler || !haveDriver)('the C host on PoCL', () => {
  let folder: Folder;
  let stored: Uint8Array;
  beforeAll(() => {
    folder = new Folder();
    const { context, plan, files } = compile(pruneRegularly(mixed(), 0), { prefix: 'edge' });
    const selfTest = emitSelfTest(plan, context, [drawCase(context.model, 1)]);
    stored = selfTest.get('edge_selftest.bin') as Uint8Array;
    folder.write(new Map([...files, ...selfTest]));
    folder.call([...CC, 'edge.c', 'edge_kernels.c', 'edge_selftest.c', '-o', 'selftest', '-lOpenCL', '-lm']);
  }, 300_000);
  afterAll(() => folder.dispose());

  const run = (...args: readonly string[]): string => folder.call(['./selftest', ...args], poclEnvironment(folder.path));

  it('compiles without a warning, is right, keeps its kernels and leaves nothing behind', { timeout: 300_000 }, () => {
    const first = run('0', '0', '.');
    expect(first).toMatch(/output 0 \(y\): error 0\.\d+ x/);
    expect(first).toContain('\n0 objects left');
    // The second run reads what the first one kept.
    expect(folder.call(['sh', '-c', 'ls *.bin | grep -cE "^[0-9a-f]{16}\\.bin$"'])).toBe('1\n');
    expect(run('0', '0', '.')).toMatch(/output 1 \(z\): error 0\.\d+ x/);
  });

  it('fails its self-test where the answer is not what was stored, and names what is missing', { timeout: 300_000 }, () => {
    const wrong = new Float32Array(stored.slice().buffer);
    wrong[wrong.length - 1]! += 1;
    folder.write(new Map([['edge_selftest.bin', new Uint8Array(wrong.buffer)]]));
    expect(() => run('0', '0', '.')).toThrow(/output 1 \(z\): error \d/);
    expect(() => run('7')).toThrow(/no such OpenCL platform/);
    expect(() => run('0', '7')).toThrow(/no such device/);
  });
});
