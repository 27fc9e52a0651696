import { mfcc, ndArray, planMfcc, readWav, type DatasetErrorCode } from '@fretwork/datasets';
import { ascii, concat, little, riff, wav, wavFormat } from './forge.js';

const sound = wav({}, [0, 64]);

/** The rows of the refusals' table that speak of sound. */
export const SOUND_REFUSALS: readonly (readonly [code: DatasetErrorCode, what: string, call: () => unknown])[] = [
  ['wav.magic', 'nothing', () => readWav(new Uint8Array(0))],
  ['wav.magic', 'a RIFF file of another kind', () => readWav(concat(ascii('RIFF'), little(4, 4), ascii('AVI ')))],
  ['wav.magic', 'big-endian RIFX', () => readWav(concat(ascii('RIFX'), sound.subarray(4)))],
  ['wav.size', 'a cut file', () => readWav(sound.slice(0, -1))],
  ['wav.size', '4 GiB declared', () => readWav(concat(ascii('RIFF'), [255, 255, 255, 255], sound.subarray(8)))],
  ['wav.size', 'half a sample', () => readWav(wav({}, [0, 64, 1]))],
  ['wav.chunk', 'a chunk past the end', () => readWav(sound.map((byte, i) => (i === 40 ? 200 : byte)))],
  ['wav.chunk', 'no data', () => readWav(riff(['fmt ', wavFormat()]))],
  ['wav.chunk', 'no format', () => readWav(riff(['data', [0, 0]]))],
  ['wav.chunk', 'data twice', () => readWav(riff(['fmt ', wavFormat()], ['data', []], ['data', []]))],
  ['wav.format', 'a short format', () => readWav(riff(['fmt ', wavFormat().slice(0, 14)], ['data', []]))],
  ['wav.format', 'mu-law', () => readWav(wav({ tag: 7, bits: 8 }, []))],
  ['wav.format', '12 bits', () => readWav(wav({ bits: 12, frame: 2 }, []))],
  ['wav.format', 'no channel', () => readWav(wav({ channels: 0 }, []))],
  ['wav.format', '65 channels', () => readWav(wav({ channels: 65 }, []))],
  ['wav.format', 'no rate', () => readWav(wav({ rate: 0 }, []))],
  ['wav.format', 'a frame that does not fit', () => readWav(wav({ frame: 3 }, []))],
  ['wav.format', 'an extensible format of an unknown kind', () => readWav(riff(['fmt ', concat(wavFormat({ tag: 0xfffe }), new Uint8Array(24))], ['data', []]))],
  ['wav.format', 'an extensible format cut off', () => readWav(riff(['fmt ', wavFormat({ tag: 0xfffe })], ['data', []]))],

  ['mfcc.shape', 'a wave without N', () => mfcc(ndArray('f32', [640], new Float32Array(640)))],
  ['mfcc.shape', 'whole numbers', () => mfcc(ndArray('i16', [1, 640], new Int16Array(640)))],
  ['mfcc.option', 'more coefficients than filters', () => planMfcc({ filters: 8, coefficients: 9 })],
  ['mfcc.option', 'filters past half the rate', () => planMfcc({ sampleRate: 7000 })],
  ['mfcc.option', 'filters upside down', () => planMfcc({ low: 300, high: 200 })],
  ['mfcc.option', 'no stride', () => planMfcc({ strideMs: 0 })],
  ['mfcc.option', 'an hour as window', () => planMfcc({ windowMs: 3_600_000 })],
  ['mfcc.option', 'no filters', () => planMfcc({ filters: 0 })],
  ['mfcc.option', 'half a sample a second', () => planMfcc({ sampleRate: 0.5 })],
];
