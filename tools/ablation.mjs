/**
 * Prints what each step of the compiler brings, layer by layer, by counted work (`countWork` of @fretwork/compiler: what the loops of
 * a schedule execute, on no machine in particular): no optimisation → + reorder → + load-redundancy elimination → + tuning. Runs on the
 * built packages:
 *
 *     npm run table:ablation         (or: node tools/ablation.mjs [--seed N] [--threads N])
 *
 * Exits 1 where the fullest thread has more than 1.05 times the mean after reordering, or tuning costs more than what it began with.
 */
import { parseArgs } from 'node:util';
import { ablate } from '@fretwork/compiler';
import { random } from '@fretwork/conformance';
import { encodeCsr } from '@fretwork/format';
import { balancedBcr } from '../packages/compiler/test/matrices.ts';

const { values: options } = parseArgs({ options: { seed: { type: 'string', default: '1' }, threads: { type: 'string', default: '4' } } });
const [seed, threads] = [options.seed, options.threads].map(Number);
if (![seed, threads].every((n) => Number.isInteger(n) && n >= 1)) {
  console.error('--seed and --threads are whole numbers from 1');
  process.exit(2);
}

/** Each weight stays with a chance of its own row's: filters of a trained layer are not alike. */
function uneven(rows, columns, keep) {
  const draw = random(seed);
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const own = keep * 2 * draw.next() * (r < rows / 2 ? 1.6 : 0.4);
    for (let c = 0; c < columns; c++) if (draw.next() < own) values[r * columns + c] = 1;
  }
  return encodeCsr(values, rows, columns);
}

/** Each kernel of nine keeps one of eight patterns of four: rows of one pattern in a channel have equal columns there. */
function patterned(rows, columns) {
  const draw = random(seed);
  const patterns = ['000110110', '000011011', '110110000', '011011000', '000111010', '010111000', '010110010', '010011010'];
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c += 9) [...draw.pick(patterns)].forEach((bit, k) => { values[r * columns + c + k] = Number(bit); });
  return encodeCsr(values, rows, columns);
}

const bcr = (rows, columns, block, keep) => balancedBcr(seed, { rows, columns, block, keep });
const LAYERS = [
  ['64-64@32 3x3', '4x16 75 %', bcr(64, 576, [4, 16], [2, 8]), 1024],
  ['64-64@32 3x3', '8x32 90 %', bcr(64, 576, [8, 32], [3, 9]), 1024],
  ['64-64@32 3x3', '4x16 columns 90 %', bcr(64, 576, [4, 16], [4, 2]), 1024],
  ['64-64@32 3x3', 'patterns', patterned(64, 576), 1024],
  ['1024-256@14 1x1', '4x16 75 %', bcr(256, 1024, [4, 16], [2, 8]), 196],
  ['1024-256@14 1x1', '4x16 90 %', bcr(256, 1024, [4, 16], [1, 6]), 196],
  ['1024-256@14 1x1', '8x32 90 %', bcr(256, 1024, [8, 32], [3, 9]), 196],
  ['1024-256@14 1x1', 'unstructured 90 %, rows uneven', uneven(256, 1024, 0.1), 196],
  ['96-24@56 1x1', '4x16 75 %', bcr(24, 96, [4, 16], [2, 8]), 3136],
];

let broken = 0;
console.log(`| layer | pruned | step | balance of ${threads} threads | loads saved | cost | faster |`);
console.log('|---|---|---|---|---|---|---|');
for (const [layer, scheme, matrix, pixels] of LAYERS) {
  const steps = await ablate([matrix], { pixels, threads, seed });
  steps.forEach(({ name, summary, work, faster, choice }, i) => {
    const saved = summary.nnz === 0 ? 0 : summary.loadsSaved / summary.nnz;
    const chosen = choice === undefined ? '' : ` (${choice.height} rows x ${choice.tile} pixels, chunk ${choice.chunk || 'none'}, unroll ${choice.unroll}, sums in ${choice.sums}, ${choice.reorder})`;
    console.log(`| ${i === 0 ? layer : ''} | ${i === 0 ? scheme : ''} | ${name}${chosen} | ${summary.balance.toFixed(3)} | ${(100 * saved).toFixed(0)} % | ${Math.round(work.cost)} | ${faster.toFixed(2)} |`);
    const isBroken = (i === 1 && summary.balance > 1.05) || (name === 'tuning' && work.cost > steps[i - 1].work.cost);
    if (isBroken) {
      broken++;
      console.error(`${layer} ${scheme}, ${name}: balance ${summary.balance}, cost ${work.cost} after ${steps[i - 1].work.cost}`);
    }
  });
}
process.exit(broken === 0 ? 0 : 1);
