import { writeFile } from 'node:fs/promises';
import { random } from '@fretwork/conformance';
import { writeNpy } from '@fretwork/datasets';
import { createInterpreter } from '@fretwork/reference';
import { smallModel } from './small-model.js';

/**
 * Images for `smallModel`, as two .npy files in a folder; labels are the model's own answers. Of the answers it gives, each is
 * there as nearly equally often as 40 times the images allow, so that saying always the same is wrong.
 */
export async function smallData(folder: (name: string) => string, name: string, n: number, seed: number): Promise<string> {
  const draw = random(seed);
  const drawn = Float32Array.from({ length: 40 * n * 36 }, () => draw.normal());
  const scores = createInterpreter(smallModel()).run({ image: { kind: 'dense', dtype: 'f32', shape: [40 * n, 1, 6, 6], data: drawn } })['scores']!.data as Float32Array;
  const byLabel = [0, 1, 2, 3].map((): number[] => []);
  for (let i = 0; i < 40 * n; i++) {
    const row = scores.subarray(i * 4, i * 4 + 4);
    byLabel[row.indexOf(Math.max(...row))]!.push(i);
  }
  const taken: (readonly [image: number, label: number])[] = [];
  for (let turn = 0; taken.length < n; turn++) byLabel.forEach((images, label) => { if (turn < images.length && taken.length < n) taken.push([images[turn]!, label]); });
  const data = new Float32Array(n * 36);
  taken.forEach(([image], i) => data.set(drawn.subarray(image * 36, (image + 1) * 36), i * 36));
  const labels = Int32Array.from(taken, ([, label]) => label);
  await writeFile(folder(`${name}_x.npy`), writeNpy({ dtype: 'f32', shape: [n, 1, 6, 6], data }));
  await writeFile(folder(`${name}_y.npy`), writeNpy({ dtype: 'i32', shape: [n], data: labels }));
  return `npy:${folder(`${name}_x.npy`)},${folder(`${name}_y.npy`)}`;
}
