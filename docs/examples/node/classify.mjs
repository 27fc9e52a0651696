import { readFile } from 'node:fs/promises';
import { CIFAR10_CLASSES, readImage } from '@fretwork/datasets';
import { dense } from '@fretwork/format';
import { load } from '@fretwork/runtime-wasm';

const [MEAN, DEVIATION] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
const [model, picture] = process.argv.slice(2);
const runtime = await load(model);

const { data, channels, width, height } = await readImage(await readFile(picture));
const pixels = width * height;
const planes = Float32Array.from({ length: 3 * pixels }, (_, i) => {
  const channel = Math.floor(i / pixels);
  return (data[channels * (i % pixels) + channel] / 255 - MEAN[channel]) / DEVIATION[channel];
});

const { [runtime.outputs[0]]: scores } = runtime.run({ [runtime.inputs[0]]: dense('f32', [1, 3, height, width], planes) });
const powers = [...scores.data].map(Math.exp);
const sum = powers.reduce((a, b) => a + b);
const classes = CIFAR10_CLASSES.map((name, i) => ({ name, share: powers[i] / sum })).sort((a, b) => b.share - a.share);
for (const { name, share } of classes.slice(0, 3)) console.log(`${name.padEnd(12)}${(100 * share).toFixed(1).padStart(5)} %`);
console.log(`level ${runtime.report().level}: ${runtime.report().why}`);
runtime.dispose();
