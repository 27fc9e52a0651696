import { describe, expect, it } from 'vitest';
import { readNpz, readZip } from '@fretwork/datasets';
import { ascii, dice } from './forge.js';
import { zip, zipWith } from './forge-zip.js';

/** Written by NumPy 2.4.6: `x = numpy.arange(6, dtype='<f4').reshape(2, 3)`, `y = numpy.array([7, 8])`. */
const SAVEZ =
  'UEsDBC0AAAAAAAAAIQBP6QAq//////////8FABQAeC5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAz' +
  'KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAgD8AAABAAABAQAAAgEAAAKBAUEsDBC0AAAAAAAAAIQAgiU0r//////////8FABQAeS5u' +
  'cHkBABAAkAAAAAAAAACQAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg' +
  'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKBwAAAAAAAAAIAAAAAAAAAFBLAQItAy0AAAAAAAAAIQBP6QAqmAAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAAAAAAIQAgiU0rkAAA' +
  'AJAAAAAFAAAAAAAAAAAAAACAAc8AAAB5Lm5weVBLBQYAAAAAAgACAGYAAACWAQAAAAA=';
const SAVEZ_COMPRESSED =
  'UEsDBC0AAAAIAAAAIQBP6QAq//////////8FABQAeC5ucHkBABAAmAAAAAAAAABVAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1' +
  'CmQDLgYwaLAHEg5ABMQNQLzAAQBQSwMELQAAAAgAAAAhACCJTSv//////////wUAFAB5Lm5weQEAEACQAAAAAAAAAEoAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vM' +
  'KU4FihdnJBakAvkaRjqaOgq1ChQALnYGCOCA0gBQSwECLQMtAAAACAAAACEAT+kAKlUAAACYAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAACAAAACEAIIlNK0oAAACQAAAABQAAAAAAAAAAAAAA' +
  'gAGMAAAAeS5ucHlQSwUGAAAAAAIAAgBmAAAADQEAAAAA';

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('readNpz', () => {
  it.each([['numpy.savez', SAVEZ], ['numpy.savez_compressed', SAVEZ_COMPRESSED]])('reads what %s writes', async (_writer, text) => {
    const arrays = await readNpz(fromBase64(text));
    expect([...arrays.keys()]).toEqual(['x', 'y']);
    expect(arrays.get('x')).toEqual({ dtype: 'f32', shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
    expect(arrays.get('y')).toEqual({ dtype: 'i64', shape: [2], data: BigInt64Array.of(7n, 8n) });
  });

  it('gives arrays or a named refusal for 1,000 damaged archives', async () => {
    const whole = fromBase64(SAVEZ_COMPRESSED);
    const roll = dice(11);
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const bytes = whole.slice(0, roll(8) === 0 ? roll(whole.length) : whole.length);
      for (let k = roll(3) + 1; k > 0 && bytes.length > 0; k--) bytes[roll(bytes.length)] = roll(256);
      const error = await readNpz(bytes).then(() => null, (thrown: unknown) => thrown);
      if (error === null) continue;
      refused++;
      expect((error as { readonly name: string }).name, `seed 11, round ${i}: ${String(error)}`).toBe('DatasetError');
    }
    expect(refused).toBeGreaterThan(300);
  });
});

describe('readZip', () => {
  it('passes over folders, and finds the directory before a comment', async () => {
    const files = await readZip(zipWith({ comment: 'hello' }, [{ name: 'a/', data: new Uint8Array(0) }, { name: 'a/b', data: ascii('text'), deflate: true }]));
    expect([...files]).toEqual([['a/b', ascii('text')]]);
  });

  it('reads an archive of nothing, and empty files', async () => {
    expect((await readZip(zip())).size).toBe(0);
    expect((await readZip(zip({ name: 'e', data: new Uint8Array(0), deflate: true }))).get('e')!.length).toBe(0);
  });
});
