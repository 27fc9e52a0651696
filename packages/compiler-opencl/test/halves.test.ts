import { kernelName } from '@fretwork/compiler';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KERNELS, projectOf } from '../src/index.js';
import { compile } from './compiled.js';
import { Folder, haveSpirv } from './host.js';
import { cells, kernels, moving } from './kinds.js';
import { even, mixed } from './networks.js';

/** No device here computes with halves: their kernels are compiled for any, and what comes out is validated. */
describe.skipIf(!haveSpirv)('kernels in halves', () => {
  const folder = new Folder();
  afterAll(() => folder.dispose());

  /** Throws with the compiler's words where a kernel is no OpenCL C 1.2. */
  function validate(name: string, source: string, options: string): void {
    writeFileSync(join(folder.path, `${name}.cl`), source);
    const defines = options.split(' ').filter((word) => word.startsWith('-D'));
    folder.call(['clang-15', '-x', 'cl', '-cl-std=CL1.2', '-Xclang', '-finclude-default-header', '-target', 'spir64', '-Werror', '-Wno-unused', '-O0', '-emit-llvm', '-c', ...defines, `${name}.cl`, '-o', `${name}.bc`]);
    folder.call(['llvm-spirv-15', `${name}.bc`, '-o', `${name}.spv`]);
    folder.call(['spirv-val', `${name}.spv`]);
  }

  const rows = KERNELS.rows.filter((row) => row.type === 'f16' && row.operator !== 'vector' && [1, 8, 32, 208].includes(row.pixels));
  it.each(['f16', 'f16-storage'] as const)('are OpenCL C 1.2 with %s', { timeout: 300_000 }, (type) => {
    const { model, options } = kernels(rows);
    const networks = [
      ...(['buffer', 'image'] as const).map((path) => compile(model, { type, path }, { tunings: new Map([...options.tunings!].filter(([, { kernel }]) => KERNELS.find(kernel!)!.path === path)) })),
      compile(moving(), { type }), compile(mixed(), { type }), compile(even(), { type, path: 'image' }), compile(cells('GRU', true, 2), { type }), compile(cells('GRU', false, 2), { type }), compile(cells('LSTM', false, 2), { type }),
    ];
    networks.forEach(({ files }, i) => {
      const { plan, source } = projectOf(files);
      if (i === 0) expect(source).toContain(kernelName(rows[0]!));
      expect(() => validate(`k${i}`, source, plan.options)).not.toThrow();
    });
  });

  it('are refused where they are not', () => {
    expect(() => validate('wrong', '__kernel void f(__global half *x) { *x = y; }\n', '')).toThrow(/undeclared identifier/);
  });
});
