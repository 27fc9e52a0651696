import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { fitLength, frameCount, gunzip, mfcc, mono, ndArray, planMfcc, readF32, readUstar, readWav } from '@fretwork/datasets';
import { fft, realMagnitudes } from '../src/audio/fft.js';
import { concat, dice, little, riff, wav, wavFormat } from './forge.js';

describe('readWav', () => {
  it.each([
    ['8-bit', { bits: 8 }, [0, 128, 255], [-1, 0, 127 / 128]],
    ['16-bit', { bits: 16 }, [0, 128, 0, 0, 255, 127], [-1, 0, 32767 / 32768]],
    ['24-bit', { bits: 24 }, [0, 0, 128, 1, 0, 0, 255, 255, 255], [-1, 2 ** -23, -(2 ** -23)]],
    ['32-bit', { bits: 32 }, [0, 0, 0, 128, 0, 0, 0, 64], [-1, 0.5]],
    ['float32', { bits: 32, tag: 3 }, [...new Uint8Array(Float32Array.of(0.25, -1.5).buffer)], [0.25, -1.5]],
  ] as const)('reads %s samples', (_name, header, data, wanted) => {
    const sound = readWav(wav({ ...header, rate: 8000 }, data));
    expect(sound.sampleRate).toBe(8000);
    expect(sound.channels.map((channel) => [...channel])).toEqual([[...wanted]]);
  });

  it('takes channels apart and mixes them', () => {
    const sound = readWav(wav({ bits: 8, channels: 2 }, [128, 192, 0, 64]));
    expect(sound.channels.map((channel) => [...channel])).toEqual([[0, -1], [0.5, -0.5]]);
    expect([...mono(sound)]).toEqual([0.25, -0.75]);
  });

  it('passes over other chunks, odd ones with their pad byte', () => {
    expect(readWav(riff(['LIST', [1, 2, 3]], ['fmt ', wavFormat()], ['fact', [0]], ['data', [0, 64]])).channels[0]![0]).toBe(0.5);
  });

  it('reads the extensible form', () => {
    const guid = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
    const format = concat(wavFormat({ tag: 0xfffe }), little(22, 2), little(16, 2), little(4, 4), guid);
    expect(readWav(riff(['fmt ', format], ['data', [0, 192]])).channels[0]![0]).toBe(-0.5);
  });
});

describe('readWav, damaged', () => {
  it('gives sound or a named refusal for 2,000 damaged files', () => {
    const roll = dice(21);
    const whole = [wav({}, [1, 2, 3, 4, 5, 6]), wav({ bits: 24, channels: 2 }, new Uint8Array(12)), riff(['LIST', [1]], ['fmt ', wavFormat({ bits: 32, tag: 3 })], ['data', new Uint8Array(8)])];
    let refused = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = whole[roll(whole.length)]!.slice();
      for (let k = roll(3) + 1; k > 0; k--) bytes[roll(bytes.length)] = roll(4) === 0 ? 255 : roll(256);
      try {
        expect(readWav(roll(6) === 0 ? bytes.subarray(0, roll(bytes.length)) : bytes).channels.length).toBeGreaterThan(0);
      } catch (error) {
        refused++;
        expect((error as Error).name, `seed 21, round ${round}: ${String(error)}`).toBe('DatasetError');
      }
    }
    expect(refused).toBeGreaterThan(500);
  });
});

describe('fitLength', () => {
  it('cuts and pads at the end', () => {
    expect([...fitLength(Float32Array.of(1, 2, 3), 2)]).toEqual([1, 2]);
    expect([...fitLength(Float32Array.of(1, 2), 4)]).toEqual([1, 2, 0, 0]);
  });
});

describe('fft', () => {
  it.each([2, 8, 64])('agrees with the sum that defines it on %d points', (n) => {
    const roll = dice(n);
    const x = Array.from({ length: n }, () => [roll(2000) / 1000 - 1, roll(2000) / 1000 - 1] as const);
    const re = Float64Array.from(x, ([a]) => a);
    const im = Float64Array.from(x, ([, b]) => b);
    fft(n)(re, im);
    for (let k = 0; k < n; k++) {
      let a = 0;
      let b = 0;
      x.forEach(([p, q], t) => {
        const angle = (-2 * Math.PI * k * t) / n;
        a += p * Math.cos(angle) - q * Math.sin(angle);
        b += p * Math.sin(angle) + q * Math.cos(angle);
      });
      expect(re[k]).toBeCloseTo(a, 10);
      expect(im[k]).toBeCloseTo(b, 10);
    }
  });
});

describe('realMagnitudes', () => {
  it.each([4, 16, 128])('agrees with the complex transform on %d points', (n) => {
    const roll = dice(n);
    const x = Float64Array.from({ length: n }, () => roll(2000) / 1000 - 1);
    const re = x.slice();
    const im = new Float64Array(n);
    fft(n)(re, im);
    const out = new Float64Array(n / 2 + 1);
    realMagnitudes(n)(x, 0, n / 2 + 1, out);
    out.forEach((magnitude, k) => expect(magnitude).toBeCloseTo(Math.hypot(re[k]!, im[k]!), 10));
  });
});

describe('mfcc', () => {
  it('plans the front end of the keyword models', () => {
    expect(planMfcc()).toEqual({ sampleRate: 16000, window: 640, stride: 320, points: 1024, filters: 40, low: 20, high: 4000, coefficients: 10 });
    expect(frameCount(planMfcc(), 16000)).toBe(49);
    expect(frameCount(planMfcc({ strideMs: 40 }), 16000)).toBe(25);
    expect(frameCount(planMfcc(), 639)).toBe(0);
  });

  it('gives silence its floor: log(1e-12) in every filter, so the first coefficient alone', () => {
    const [first, ...rest] = mfcc(ndArray('f32', [1, 640], new Float32Array(640))).data as Float32Array;
    expect(first).toBeCloseTo(Math.sqrt(2 / 40) * 40 * Math.log(1e-12), 3);
    expect(Math.max(...rest.map((value) => Math.abs(Number(value))))).toBeLessThan(1e-4);
  });
});

const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const kws = `${root}/kws`;

describe.each([[49, 20], [25, 40]] as const)('mfcc against TensorFlow: %d frames', (frames, strideMs) => {
  let sounds: ReadonlyMap<string, Uint8Array>;
  let stored: Float32Array;
  let rows: readonly string[];
  beforeAll(async () => {
    if (!existsSync(kws)) return;
    sounds = readUstar(await gunzip(await readFile(`${kws}/wav_sample_10_per_class.tar.gz`)));
    stored = readF32(await gunzip(await readFile(`${kws}/mfcc_${frames}x10.f32.gz`)), [frames, 10]).data as Float32Array;
    rows = (JSON.parse(await readFile(`${kws}/manifest.json`, 'utf8')) as { readonly files: readonly string[] }).files;
  });

  it('matches the stored features of all 120 sounds within 1e-6 of their size', (ctx: TestContext) => {
    if (!existsSync(kws)) ctx.skip('no real data: set FRETWORK_DATA_DIR');
    expect(sounds.size).toBe(120);
    let worst = 0;
    for (const [path, bytes] of sounds) {
      const sound = readWav(bytes);
      expect(sound.sampleRate).toBe(16000);
      const found = mfcc(ndArray('f32', [1, 16000], fitLength(mono(sound), 16000)), { strideMs }).data as Float32Array;
      const row = rows.indexOf(path);
      expect(row).toBeGreaterThanOrEqual(0);
      const wanted = stored.subarray(row * frames * 10, (row + 1) * frames * 10);
      expect(found.length).toBe(wanted.length);
      // Relative to the coefficient, and to 1 where it is near nothing.
      wanted.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(found[i]! - value) / Math.max(1, Math.abs(value)));
      });
    }
    expect(worst).toBeLessThan(1e-6);
  });
});
