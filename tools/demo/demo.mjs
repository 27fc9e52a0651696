// npm run demo: from a model to a faster one, with the commands that a user would type. Without data it trains two small networks on
// data drawn in code; `npm run demo -- --real` takes ResNet-20 and GRU_L from the data folder.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { sequences, shapes, writeNpy } from '@fretwork/datasets';
import { exportModel } from '@fretwork/onnx';
import { drawnClassifier } from './model.mjs';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'demo-out');
const data = process.env.FRETWORK_DATA_DIR ?? join(root, '../shared/data');
const started = Date.now();
mkdirSync(out, { recursive: true });

function fretwork(...args) {
  console.log(`\n$ npx fretwork ${args.join(' ')}`);
  const { status, error } = spawnSync(process.execPath, [join(root, 'packages/cli/bin/fretwork.js'), ...args], { cwd: out, stdio: 'inherit', env: { ...process.env, FRETWORK_DATA_DIR: data } });
  // 1: done, and the budget did not hold; the report says so.
  if (status !== 0 && !(args[0] === 'compress' && status === 1)) {
    console.error(`demo: the command above ended with ${status ?? error}`);
    process.exit(1);
  }
}

/** @returns {string[]} the folders that were written */
function drawn() {
  console.log('Two small networks, trained on data drawn in code: shapes at random places, and tones that move through ten bands.');
  for (const [split, seed, count] of [['train', 1, 2400], ['test', 2, 800], ['validation', 3, 800]]) {
    for (const [name, set] of [['shapes', shapes({ seed, count, size: 16 })], ['tones', sequences({ seed, count })]]) {
      writeFileSync(join(out, `${name}_${split}_x.npy`), writeNpy(set.inputs));
      writeFileSync(join(out, `${name}_${split}_y.npy`), writeNpy({ dtype: 'i32', shape: [count], data: set.labels }));
    }
  }
  writeFileSync(join(out, 'drawn.onnx'), exportModel(drawnClassifier(1)));
  const split = (option, name) => [`--${option}`, `npy:${name}_x.npy,${name}_y.npy`];
  const of = (name) => [...split('data', `${name}_train`), ...split('test', `${name}_test`)];
  // Of their own: the networks have seen every training sample.
  const all = (name) => [...of(name), ...split('validation', `${name}_validation`)];
  const grey = ['--scale', '1/255', '--mean', '0.5', '--std', '0.25'];
  const train = (epochs, rate) => ['--epochs', `${epochs}`, '--learning-rate', rate, '--batch', '32', '--evaluate-every', '0'];
  fretwork('train', 'drawn.onnx', ...of('shapes'), ...grey, ...train(10, '0.002'), '-o', 'cnn.onnx');
  fretwork('compress', 'cnn.onnx', ...all('shapes'), ...grey, '--rate', '3', '--set', 'epochs=8', '--learning-rate', '0.002', '--batch', '32', '--rounds', '20', '-o', 'cnn');
  const gru = ['layers=1', 'hidden=128', 'inputs=10', 'frames=25', 'classes=8', 'answer=last', 'reset=after'].flatMap((option) => ['--option', option]);
  fretwork('train', '--arch', 'gru', ...gru, ...of('tones'), ...train(12, '0.005'), '-o', 'gru.onnx');
  fretwork('compress', 'gru.onnx', ...all('tones'), '--rate', '4', '--smallest', '5000', '--set', 'epochs=8', '--learning-rate', '0.003', '--batch', '32', '--rounds', '20', '-o', 'gru');
  return ['cnn', 'gru'];
}

/** @returns {string[]} the folders that were written */
function real() {
  const models = { 'resnet20.onnx': 'models/resnet20_cifar10/model.onnx', 'GRU_L.onnx': 'kws/models/GRU_L.onnx' };
  for (const [name, from] of Object.entries(models)) {
    if (!existsSync(join(data, from))) {
      console.error(`demo: ${join(data, from)} is not there: name the data folder in FRETWORK_DATA_DIR, or leave --real out`);
      process.exit(1);
    }
    copyFileSync(join(data, from), join(out, name));
  }
  for (const name of ['resnet20.config.ts', 'GRU_L.config.ts']) copyFileSync(join(import.meta.dirname, name), join(out, name));
  fretwork('compress', 'resnet20.onnx', '--config', 'resnet20.config.ts', '--max-drop', '1', '-o', 'resnet20');
  fretwork('compress', 'GRU_L.onnx', '--config', 'GRU_L.config.ts', '--max-drop', '0.5', '-o', 'GRU_L');
  return ['resnet20', 'GRU_L'];
}

const folders = process.argv.includes('--real') ? real() : drawn();
const rows = folders.map((name) => {
  const { accuracy: { test }, size, speed: [{ contenders }] } = JSON.parse(readFileSync(join(out, name, 'report.json'), 'utf8'));
  const share = ({ right, n }) => `${((100 * right) / n).toFixed(1)} %`;
  const factor = (who) => contenders.find((one) => one.who === who)?.factor;
  const times = (who) => (factor(who) === undefined ? 'not measured' : factor(who) === null ? '?' : `${factor(who).toFixed(2)} x`);
  return { network: name, 'test accuracy': `${share(test.before)} → ${share(test.after)}`, bytes: `${size.onnx.before} → ${size.bcr}`, 'ms, one thread': contenders[0].ms.toPrecision(3), 'dense, same runtime': times('own-dense'), 'onnxruntime-web': times('onnxruntime-web') };
});
console.table(Object.fromEntries(rows.map(({ network, ...row }) => [network, row])));
for (const name of folders) console.log(`report: ${relative(process.cwd(), join(out, name, 'report.html'))}`);
console.log(`${Math.round((Date.now() - started) / 1000)} seconds`);
