/**
 * Makes what the examples load, in memory or into a folder: a pruned network as `.bcr`, and an image as PNG.
 *
 *     node tools/examples/make.mjs FOLDER
 *
 * With the data folder: ResNet-20 trained on CIFAR-10, and a test image. Without: a network whose weights are drawn, and noise.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, deflateSync, gunzipSync } from 'node:zlib';
import { runPasses } from '@fretwork/compiler';
import { random } from '@fretwork/conformance';
import { readCifar10 } from '@fretwork/datasets';
import { writeModel } from '@fretwork/format';
import { importModel } from '@fretwork/onnx';
import { pruneModel } from '@fretwork/pruner';
import { drawnClassifier } from '../demo/model.mjs';

const data = process.env.FRETWORK_DATA_DIR ?? resolve(import.meta.dirname, '../../../shared/data');
const MODEL = join(data, 'models/resnet20_cifar10/model.onnx');
const IMAGES = join(data, 'cifar10/lossless_test_0000-0508.bin.gz');
/** A horse, with something of a dog. */
const IMAGE = 20;
const PIXELS = 32 * 32;

/** One shot, nothing trained again: a higher rate costs more accuracy than an example should. */
const SCHEME = { kind: 'bcr', blockRows: 8, blockColumns: 32, rate: 1.25, rowShare: 0.5 };

/** @returns {{ trained: boolean, model: Uint8Array, image: Uint8Array, label: string | undefined }} */
export function makeExample() {
  const trained = existsSync(MODEL) && existsSync(IMAGES);
  const dense = runPasses(trained ? importModel(new Uint8Array(readFileSync(MODEL))) : drawnClassifier(1)).model;
  const { model } = pruneModel(dense, { scheme: SCHEME, skipFirst: true });
  return { trained, model: writeModel(model), ...(trained ? testImage() : { image: noise(), label: undefined }) };
}

function testImage() {
  const { inputs, labels, classes } = readCifar10(new Uint8Array(gunzipSync(readFileSync(IMAGES))));
  return { image: png(inputs.data.subarray(IMAGE * 3 * PIXELS, (IMAGE + 1) * 3 * PIXELS)), label: classes[labels[IMAGE]] };
}

function noise() {
  const draw = random(1);
  return png(Uint8Array.from({ length: 3 * PIXELS }, () => 128 + 40 * draw.normal()));
}

/** A PNG file (RFC 2083) of 32 x 32 pixels, from planes of red, green and blue. */
function png(planes) {
  const rows = Buffer.alloc(32 * (1 + 3 * 32));
  for (let i = 0; i < 3 * PIXELS; i++) {
    const [channel, pixel] = [Math.floor(i / PIXELS), i % PIXELS];
    const [y, x] = [Math.floor(pixel / 32), pixel % 32];
    rows[y * (1 + 3 * 32) + 1 + 3 * x + channel] = planes[i];
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(32, 0);
  size.writeUInt32BE(32, 4);
  size.set([8, 2], 8);
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', size), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]));
}

function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(content.length, 0);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('usage: make.mjs FOLDER');
  const { trained, model, image, label } = makeExample();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.bcr'), model);
  writeFileSync(join(folder, 'image.png'), image);
  console.log(`${folder}: model.bcr (${trained ? 'ResNet-20, pruned' : `weights drawn, there is no data at ${data}`}), image.png (${label ?? 'noise'})`);
}
