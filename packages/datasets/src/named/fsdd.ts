import type { Dataset, NamedSource } from '../contract.js';
import { mfcc } from '../audio/mfcc.js';
import { fitLength, mono, readWav } from '../audio/wav.js';
import { pair } from '../dataset.js';
import { DatasetError, inFile, shown } from '../error.js';
import { readUstar } from '../ustar.js';

const RATE = 8_000;
/** Stride in ms by the frames it gives in one second, with a window of 40 ms. */
const STRIDE: Readonly<Record<number, number>> = { 49: 20, 25: 40 };
/** A fixed choice: two voices of six. */
const TEST_SPEAKERS: readonly string[] = ['theo', 'yweweler'];

/** Spoken digits, cut or padded to one second: waveforms `[8000]`, or MFCC `[frames, coefficients]` of them. */
export async function loadFsdd({ split, sample, open }: NamedSource): Promise<Dataset> {
  const name = 'recordings.tar.gz';
  const bytes = await open(name);
  const files = [...inFile(name, () => readUstar(bytes))].filter(([path]) => path.endsWith('.wav'));
  const chosen = files.map(([path, data]) => ({ ...partsOf(path, name), path, data }))
    .filter(({ speaker }) => split === 'all' || (split === 'test') === TEST_SPEAKERS.includes(speaker));
  const waves = new Float32Array(chosen.length * RATE);
  chosen.forEach(({ path, data }, i) => {
    const sound = inFile(path, () => readWav(data));
    if (sound.sampleRate !== RATE) throw new DatasetError('named.sound', { file: path, expected: `${RATE} Hz`, actual: `${sound.sampleRate} Hz` });
    waves.set(fitLength(mono(sound), RATE), i * RATE);
  });
  const inputs = { dtype: 'f32', shape: [chosen.length, RATE], data: waves } as const;
  const [frames, coefficients] = sample;
  const features = coefficients === undefined ? inputs : mfcc(inputs, { sampleRate: RATE, strideMs: STRIDE[frames!]!, coefficients });
  return { ...pair(features, Int32Array.from(chosen, ({ digit }) => digit)), classes: Array.from({ length: 10 }, (_, i) => `${i}`) };
}

/** `3_jackson_12.wav` → digit 3, speaker jackson. */
function partsOf(path: string, archive: string): { readonly digit: number; readonly speaker: string } {
  const match = /^(?:.*\/)?([0-9])_([a-z]+)_[0-9]+\.wav$/.exec(path);
  if (match === null) throw new DatasetError('named.sound', { file: archive, expected: 'names such as 3_jackson_12.wav', actual: shown(path) });
  return { digit: Number(match[1]), speaker: match[2]! };
}
