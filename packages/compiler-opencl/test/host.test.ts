import { drawCase, pruneRegularly } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { emitSelfTest } from '../src/index.js';
import { compile, type Compiled } from './compiled.js';
import { CC, Folder, haveCompiler, haveDriver, MISSING, poclEnvironment } from './host.js';
import { mixed } from './networks.js';

const withSelfTest = ({ context, plan, files }: Compiled): Map<string, string | Uint8Array> => new Map([...files, ...emitSelfTest(plan, context, [drawCase(context.model, 1)])]);

function built(files: ReadonlyMap<string, string | Uint8Array>): Folder {
  const folder = new Folder();
  folder.write(files);
  folder.call([...CC, 'edge.c', 'edge_kernels.c', 'edge_selftest.c', '-o', 'selftest', '-lOpenCL', '-lm']);
  return folder;
}

describe('the C host on PoCL', () => {
  it('compiles without a warning, is right, keeps its kernels and leaves nothing behind', { timeout: 300_000 }, (ctx) => {
    if (!haveCompiler || !haveDriver) ctx.skip(MISSING);
    const folder = built(withSelfTest(compile(pruneRegularly(mixed(), 0), { prefix: 'edge' })));
    try {
      const first = folder.call(['./selftest', '0', '0', '.'], poclEnvironment(folder.path));
      expect(first).toMatch(/output 0 \(y\): error 0\.\d+ x/);
      expect(first).toContain('\n0 objects left');
      // The second run reads what the first one kept.
      expect(folder.call(['sh', '-c', 'ls *.bin | grep -cE "^[0-9a-f]{16}\\.bin$"'])).toBe('1\n');
      expect(folder.call(['./selftest', '0', '0', '.'], poclEnvironment(folder.path))).toMatch(/output 1 \(z\): error 0\.\d+ x/);
    } finally {
      folder.dispose();
    }
  });

  it('fails its self-test where the answer is not what was stored, and names what is missing', { timeout: 300_000 }, (ctx) => {
    if (!haveCompiler || !haveDriver) ctx.skip(MISSING);
    const files = withSelfTest(compile(mixed(), { prefix: 'edge' }));
    const stored = new Float32Array((files.get('edge_selftest.bin') as Uint8Array).slice().buffer);
    stored[stored.length - 1]! += 1;
    const folder = built(files.set('edge_selftest.bin', new Uint8Array(stored.buffer)));
    try {
      expect(() => folder.call(['./selftest'], poclEnvironment(folder.path))).toThrow(/output 1 \(z\): error \d/);
      expect(() => folder.call(['./selftest', '7'], poclEnvironment(folder.path))).toThrow(/no such OpenCL platform/);
      expect(() => folder.call(['./selftest', '0', '7'], poclEnvironment(folder.path))).toThrow(/no such device/);
    } finally {
      folder.dispose();
    }
  });
});
