import type { Dataset, NamedSource } from '../contract.js';
import { pair } from '../dataset.js';
import { DatasetError, inFile } from '../error.js';
import { readF32, readLabels } from '../raw.js';
import { select } from '../select.js';
import { indicesOf, splitOfSpeaker } from './speakers.js';

interface Manifest {
  readonly classes: readonly string[];
  readonly files: readonly string[];
}

/**
 * Keywords as stored MFCC features, split by speaker. Cuts of background noise have no speaker: each stands for itself,
 * so the noise of both splits comes from the same few recordings.
 */
export async function loadKws({ split, sample, open }: NamedSource): Promise<Dataset> {
  const name = 'manifest.json';
  const json = await open(name);
  const manifest = inFile(name, () => parseManifest(json));
  const features = `mfcc_${sample.join('x')}.f32.gz`;
  const bytes = await open(features);
  const inputs = inFile(features, () => readF32(bytes, sample));
  const labels = readLabels(await open('labels.u8'));
  const set = { ...pair(inputs, labels), classes: manifest.classes };
  if (manifest.files.length !== labels.length || labels.some((label) => label >= manifest.classes.length)) {
    throw new DatasetError('named.manifest', {
      file: name, expected: `${labels.length} files, and a class for each label`, actual: `${manifest.files.length} files, ${manifest.classes.length} classes`,
    });
  }
  return split === 'all' ? set : select(set, indicesOf(manifest.files.map((file) => splitOfSpeaker(speakerOf(file))), split));
}

/** `yes/0ab3b47d_nohash_0.wav` → `0ab3b47d`; the whole path where nobody speaks. */
const speakerOf = (file: string): string => /(?:^|[/_])([0-9a-f]{8})_nohash_/.exec(file)?.[1] ?? file;

function parseManifest(bytes: Uint8Array): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new DatasetError('named.manifest', { expected: 'JSON', cause });
  }
  const { classes, files } = (value ?? {}) as Partial<Record<keyof Manifest, unknown>>;
  if (!isTexts(classes) || !isTexts(files)) throw new DatasetError('named.manifest', { expected: '{ classes: [text…], files: [text…] }' });
  return { classes, files };
}

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');
