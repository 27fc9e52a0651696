import { random, type Random } from '@fretwork/conformance';
import { inferShapes } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { EMPTY_LOG, findTuning, layerSignature, mergeTuningLogs, parseTuningLog, printTuningLog, type TuningEntry, type TuningLog } from '../src/index.js';
import { Build } from './build.js';
import { balancedBcr } from './matrices.js';

function drawEntry(draw: Random): TuningEntry {
  return {
    signature: `Conv ${draw.integer(1, 4)}`, target: draw.pick(['neon a76', 'neon a55']), unit: draw.pick(['cycles', 'ms']),
    choice: { kernel: draw.pick(['a', 'b', 'ü"\n']), chunk: draw.pick([0, 128]) }, cost: draw.integer(0, 3), fallbackCost: draw.integer(3, 4), trials: draw.integer(1, 3), seed: draw.integer(0, 2),
  };
}
const drawLog = (draw: Random): TuningLog => ({ entries: Array.from({ length: draw.integer(0, 20) }, () => drawEntry(draw)) });
const line = JSON.stringify(drawEntry(random(1)));

describe('tuning logs', () => {
  it('print and parse back, and merge in any order to the same (300 random logs)', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const draw = random(seed);
      const [a, b, c] = [drawLog(draw), drawLog(draw), drawLog(draw)];
      const all = mergeTuningLogs(a, b, c);
      expect(parseTuningLog(printTuningLog(all)), `seed ${seed}`).toEqual(all);
      expect(mergeTuningLogs(c, mergeTuningLogs(b, a)), `seed ${seed}`).toEqual(all);
      expect(mergeTuningLogs(all, all, EMPTY_LOG), `seed ${seed}`).toEqual(all);
      for (const entry of [...a.entries, ...b.entries, ...c.entries]) expect(findTuning(all, entry)!.cost, `seed ${seed}`).toBeLessThanOrEqual(entry.cost);
      expect(findTuning(all, { signature: 'Conv 9', target: 'neon a76', unit: 'ms' })).toBeUndefined();
    }
  });

  it('two files joined by lines are their merge', () => {
    const [a, b] = [drawLog(random(5)), drawLog(random(6))];
    expect(parseTuningLog(`${printTuningLog(a)}\n${printTuningLog(b).split('\n').slice(1).join('\r\n')}`)).toEqual(mergeTuningLogs(a, b));
  });

  it.each<readonly [string, string]>([
    ['', 'tuning-log.head'], ['{"fretworkTuningLog":2}', 'tuning-log.head'], ['{"fretworkTuningLog":1}\nnot json', 'tuning-log.line'], ['{"fretworkTuningLog":1}\n[]', 'tuning-log.line'],
    ...([['cost', '-1'], ['cost', 'null'], ['cost', '1e999'], ['choice', '{}'], ['choice', '[1]'], ['choice', '{"a":{}}'], ['trials', '0'], ['seed', '0.5'], ['unit', '""'], ['signature', '7'], ['more', '1']] as const)
      .map(([field, value]) => [`{"fretworkTuningLog":1}\n\n${JSON.stringify({ ...JSON.parse(line) as object, [field]: 'PLACE' }).replace('"PLACE"', value)}`, 'tuning-log.field'] as const),
  ])('%j: %s', (text, code) => {
    expect(() => parseTuningLog(text)).toThrow(expect.objectContaining({ code }));
    if (code === 'tuning-log.field') expect(() => parseTuningLog(text)).toThrow(/line 3/);
  });
});

it('a signature says what a layer is, and nothing of its names and values', () => {
  const built = (seed: number, name: string, keep: readonly [number, number] = [2, 8]): string => {
    const build = new Build();
    const x = build.input(`x${name}`, [1, 4, 8, 8]);
    const matrix = balancedBcr(seed, { rows: 8, columns: 36, block: [4, 16], keep });
    const weight = build.tensor(`w${name}`, { kind: 'sparse', dtype: 'f32', shape: [8, 4, 3, 3], view: { count: 1, rows: 8, columns: 36, order: 'row-major', kernel: 9 }, matrices: [matrix] });
    build.layer('Conv', [x, weight], { pads: [1, 1, 1, 1] }, {
      name, activation: { kind: 'clip', alpha: 0, beta: 6 }, scheme: { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 16, rowShare: 0.5 },
    });
    build.output(`${name}_out`);
    const model = build.model();
    return layerSignature(model.layers[0]!, { model, shapes: inferShapes(model) });
  };
  expect(built(1, 'a')).toBe('Conv(f32[1,4,8,8], f32[8,4,3,3] bcr 4x16 28%) by bcr 4 4 16 0.5 pads=1,1,1,1 -> [1,8,8,8] clip 0 6');
  expect(built(2, 'b')).toBe(built(1, 'a'));
  expect(built(1, 'a', [1, 8])).not.toBe(built(1, 'a'));
});
