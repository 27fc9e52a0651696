// npm run demo: from an ONNX file to a checked sparse .bcr file, with the commands that a user would type.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exportModel } from '@fretwork/onnx';
import { drawnClassifier } from './model.mjs';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'demo-out');
const data = process.env.FRETWORK_DATA_DIR ?? join(root, '../shared/data');
const real = join(data, 'models/resnet20_cifar10/model.onnx');
const images = join(data, 'cifar10/lossless_test_0000-0508.bin.gz');

function fretwork(...args) {
  console.log(`\n$ npx fretwork ${args.map((a) => a.replace(`${root}/`, '').replace(`${data}/`, '$FRETWORK_DATA_DIR/')).join(' ')}`);
  const { status, error } = spawnSync(process.execPath, [join(root, 'packages/cli/bin/fretwork.js'), ...args], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`demo: the command above ended with ${status ?? error}`);
    process.exit(1);
  }
}

mkdirSync(out, { recursive: true });
const pruned = join(out, 'pruned.bcr');
let model = join(out, 'model.onnx');
const withData = existsSync(real) && existsSync(images);
if (withData) {
  console.log('The model: ResNet-20, trained on CIFAR-10, from the data folder.');
  model = real;
} else {
  console.log(`No data folder at ${data}: the model is a small classifier made in code, its weights drawn (not trained).`);
  writeFileSync(model, exportModel(drawnClassifier(1)));
}

fretwork('inspect', model);
fretwork('prune', model, '--scheme', 'bcr', '--block', '8x32', '--rate', '4', '--skip-first', '-o', pruned);
fretwork('verify', pruned);
fretwork('conformance', pruned);
fretwork('convert', pruned, join(out, 'pruned.onnx'));
if (withData) {
  const how = ['--data', `cifar10:${images}`, '--scale', '1/255', '--mean', '0.485,0.456,0.406', '--std', '0.229,0.224,0.225', '--limit', '128'];
  fretwork('eval', model, ...how);
  fretwork('eval', pruned, ...how);
  console.log('\nThe cut is one-shot: nothing was trained again, so the accuracy above is where retraining starts.');
}
const [before, after] = [model, pruned].map((path) => readFileSync(path).length);
console.log(`\n${before} bytes → ${after} bytes (${((100 * after) / before).toFixed(1)} %): ${pruned.replace(`${root}/`, '')}`);
