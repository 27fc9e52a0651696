import { describe, expect, it } from 'vitest';
import { compile, withSelfTest } from './compiled.js';
import { depthwise } from './networks.js';
import { haveTools, MISSING, Project } from './toolchain.js';

/** Height x width and stride of maps: one vector and more, whole blocks and rows left over, last vectors that overlap, odd heights. */
const MAPS = [[5, 5, 1], [7, 7, 1], [14, 13, 1], [3, 8, 1], [1, 9, 1], [9, 8, 2], [14, 14, 2], [2, 18, 2], [8, 26, 2]] as const;

describe('depthwise convolutions', () => {
  it.for([1, 3])('are what the reference computes and touch no other byte, by %i threads', { timeout: 240_000 }, (threads, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const compiled = compile(depthwise(MAPS), { weights: 'file' }, 1, { threads });
    expect(compiled.plan.layers.map(({ kernel }) => kernel)).toEqual(MAPS.map(([, , stride]) => expect.stringMatching(new RegExp(`^depthwise3s${stride}_`))));
    const project = new Project(withSelfTest(compiled, 1));
    try {
      if (threads === 1) project.build('gcc', ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'], '-O1');
      else project.build('clang', ['-pthread']);
      expect(project.run()).toContain(`output ${MAPS.length - 1}`);
    } finally {
      project.dispose();
    }
  });

  it('of other forms take the general kernels', () => {
    const kernels = [[4, 4, 1], [9, 9, 2], [8, 6, 2]] as const;
    expect(compile(depthwise(kernels)).plan.layers.map(({ kernel }) => kernel)).toEqual(kernels.map(() => expect.stringMatching(/^stream_/)));
  });
});
