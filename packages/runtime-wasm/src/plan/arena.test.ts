import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { placeBuffers, SLACK_BYTES } from './arena.js';

describe('placeBuffers', () => {
  it('never lets two living buffers share a byte, nor wastes what it need not (2,000 random plans)', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const draw = random(seed);
      const steps = draw.integer(1, 30);
      const buffers = Array.from({ length: draw.integer(1, 40) }, () => {
        const first = draw.integer(0, steps);
        return { bytes: draw.integer(0, 5000), first, last: draw.integer(first, steps) };
      });
      const { offsets, bytes } = placeBuffers(buffers);
      const total = buffers.reduce((sum, b) => sum + Math.ceil((b.bytes + SLACK_BYTES) / 64) * 64, 0);
      expect(bytes).toBeLessThanOrEqual(total);
      buffers.forEach((a, i) => {
        expect(offsets[i]! % 64).toBe(0);
        expect(offsets[i]! + a.bytes + SLACK_BYTES).toBeLessThanOrEqual(bytes);
        buffers.slice(i + 1).forEach((b, k) => {
          if (a.last < b.first || b.last < a.first) return;
          const [x, y] = [offsets[i]!, offsets[i + 1 + k]!];
          const apart = x + a.bytes + SLACK_BYTES <= y || y + b.bytes + SLACK_BYTES <= x;
          if (!apart) expect.fail(`seed ${seed}: buffers ${i} and ${i + 1 + k} live together and overlap`);
        });
      });
    }
  });

  it('puts what never lives together in the same place', () => {
    expect(placeBuffers([{ bytes: 1000, first: 0, last: 1 }, { bytes: 1000, first: 2, last: 3 }])).toEqual({ offsets: [0, 0], bytes: 1088 });
  });
});
