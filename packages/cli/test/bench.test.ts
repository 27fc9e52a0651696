import { describe, expect, test } from 'vitest';
import { fretwork } from './terminal.js';

describe('bench', () => {
  test.each([
    [['bench', 'weights'], /does not know "weights".*layers, model, browser/],
    [['bench', 'model'], /needs at least one MODEL/],
    [['bench', 'layers', '--block', '8'], /--block is rows x columns/],
    [['bench', 'layers', '--masks', 'drawn'], /--masks is one of iid, uniform, even, magnitude/],
    [['bench', 'model', 'gru', '--scheme', 'diagonal'], /no scheme "diagonal"/],
    [['bench', 'browser', '--revectorize'], /pages cannot set flags/],
    [['bench', 'browser', '--native'], /machine code does not run in a page/],
  ])('%j is a wrong command line', async (argv, says) => {
    const { code, err } = await fretwork(...argv);
    expect(code).toBe(2);
    expect(err).toMatch(says);
  });

  test('layers prints its table as JSON', async () => {
    const { code, out, err } = await fretwork('bench', 'layers', '--only', 'dw 3x3 576', '--rounds', '1', '--json');
    expect(code, err).toBe(0);
    const { caption, rows } = JSON.parse(out) as { caption: { engine: string }; rows: readonly Record<string, unknown>[] };
    expect(caption.engine).toMatch(/^Node \d+/);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toEqual({
      layer: 'mbv2 dw 3x3 576@14', scheme: 'dense', block: null, sparsity: 0, threads: 1, ms: expect.any(Number), spread: expect.any(Number),
      peers: { 'onnxruntime-web': expect.any(Number), litert: expect.any(Number), 'tfjs-wasm': expect.any(Number), 'own-dense': expect.any(Number) },
    });
  });

  test('layers prints it for people, with what a sparsity brings', async () => {
    const { code, out, err } = await fretwork('bench', 'layers', '--only', '96-24', '--sparsity', '0.9', '--rounds', '1');
    expect(code, err).toBe(0);
    expect(out).toMatch(/one thread, level \w+/);
    expect(out).toMatch(/^mbv2 1x1 96-24@56 +9\d\.\d% /m);
    expect(out).toMatch(/geometric mean.*x onnxruntime-web/);
  });
});
