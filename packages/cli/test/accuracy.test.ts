import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../src/index.js';
import { filled, rowsOf, SECTIONS } from '../tools/accuracy-table.js';
import { emptyFolder, fretwork } from './terminal.js';

const page = readFileSync(new URL('../../../docs/accuracy.md', import.meta.url), 'utf8');
const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

afterEach(() => vi.unstubAllEnvs());

describe('docs/accuracy.md', () => {
  it('its tables are what the recipes say (cure: npm run table:accuracy)', () => {
    expect(SECTIONS.map(({ folder }) => rowsOf(folder).length)).not.toContain(0);
    expect(filled(page)).toBe(page);
  });
});

describe('in short form', () => {
  it('keywords: calibration loses less than one shot, and one epoch of training brings more back', async (ctx) => {
    const model = `${root}/kws/models/GRU_S.onnx`;
    if (!existsSync(model)) ctx.skip('no kws/models/GRU_S.onnx: set FRETWORK_DATA_DIR');
    vi.stubEnv('FRETWORK_DATA_DIR', root);
    const at = await emptyFolder();
    const after = async (...argv: readonly string[]): Promise<number> => {
      const ran = await fretwork('prune', model, '--data', 'kws', '--rate', '2', '--block', '4x16', '--batch', '32', '--seed', '1', ...argv, '--json', '-o', at('x.bcr'));
      expect(ran.code).toBe(EXIT.ok);
      return (JSON.parse(ran.out) as { after: { accuracy: number } }).after.accuracy;
    };
    const [plain, calibrated, trained] = [
      await after('--method', 'magnitude'), await after('--method', 'calibrated', '--set', 'samples=64'),
      await after('--method', 'calibrated', '--set', 'samples=64', '--set', 'epochs=1', '--set', 'distillation=0.5', '--learning-rate', '0.002'),
    ];
    expect(calibrated).toBeGreaterThan(plain + 0.1);
    expect(trained).toBeGreaterThan(calibrated + 0.03);
  }, 900_000);

  it('keywords: where layers share the rate by error, calibration loses less at the same rate', async (ctx) => {
    const model = `${root}/kws/models/GRU_S.onnx`;
    if (!existsSync(model)) ctx.skip('no kws/models/GRU_S.onnx: set FRETWORK_DATA_DIR');
    vi.stubEnv('FRETWORK_DATA_DIR', root);
    const at = await emptyFolder();
    const after = async (...argv: readonly string[]): Promise<{ readonly rate: number; readonly after: { readonly accuracy: number } }> =>
      JSON.parse((await fretwork('prune', model, '--data', 'kws', '--rate', '3', '--block', '4x16', '--method', 'calibrated', '--set', 'samples=64', ...argv, '--json', '-o', at('x.bcr'))).out) as never;
    const [even, shared] = [await after(), await after('--allocation', 'global', '--set', 'shares=error')];
    expect(shared.rate).toBeGreaterThan(0.98 * even.rate);
    expect(shared.after.accuracy).toBeGreaterThan(even.after.accuracy + 0.1);
  }, 900_000);
});
