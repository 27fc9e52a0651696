/**
 * Prints what each encoding spends on saying where the weights are, for the pruning schemes, block sizes and rates of the
 * papers, and judges the bars that BCR has to keep. Runs on the built packages:
 *
 *     npm run table:index            (or: node tools/index-bytes.mjs [--seed N] [--rows N] [--columns N])
 *
 * Exits 1 where a bar is broken.
 */
import { parseArgs } from 'node:util';
import {
  candidateName, dense, encode, encodeBcr, encodeBcrc, encodeCsr, encodePattern, indexBytes, payloadBytes, planEncoding,
} from '@fretwork/format';
import {
  bcrMask, channelMask, filterMask, patternMask, punchedMask, Random, unstructuredMask, weightsUnder,
} from '../packages/format/test/masks.ts';

const KERNEL = 9;
const { values: options } = parseArgs({
  options: { seed: { type: 'string', default: '42' }, rows: { type: 'string', default: '512' }, columns: { type: 'string', default: '4608' } },
});
const [seed, rows, columns] = [options.seed, options.rows, options.columns].map(Number);
if (![seed, rows, columns].every((n) => Number.isInteger(n) && n >= 1) || columns % KERNEL !== 0) {
  console.error(`--seed, --rows and --columns are whole numbers from 1, columns a multiple of ${KERNEL}`);
  process.exit(2);
}
const random = new Random(seed);

/** Index bytes over payload bytes that BCR in its own block may take; a tenth kept. */
const BARS = [
  { block: [4, 16], rowShare: 0.5, says: 'rows and columns', most: 0.2 },
  { block: [8, 32], rowShare: 0.5, says: 'rows and columns', most: 0.08 },
  { block: [4, 16], rowShare: 0, says: 'columns', most: 0.12 },
];

const bcr = (blockRows, blockColumns, rowShare) => ({
  name: rowShare === 0 ? 'bcr columns' : rowShare === 1 ? 'bcr rows' : 'bcr rows+columns',
  block: [blockRows, blockColumns],
  scheme: (rate) => ({ kind: 'bcr', rate, blockRows, blockColumns, rowShare }),
  mask: (rate) => bcrMask(random, rows, columns, blockRows, blockColumns, rate, rowShare),
});

const SCHEMES = [
  { name: 'unstructured', mask: (rate) => unstructuredMask(random, rows, columns, rate), scheme: (rate) => ({ kind: 'unstructured', rate }) },
  { name: 'filter', mask: (rate) => filterMask(random, rows, columns, rate), scheme: (rate) => ({ kind: 'filter', rate }) },
  { name: 'channel', mask: (rate) => channelMask(random, rows, columns, KERNEL, rate), scheme: (rate) => ({ kind: 'channel', rate }) },
  { name: 'pattern', mask: (rate) => patternMask(random, rows, columns, rate), scheme: (rate) => ({ kind: 'pattern', rate, keep: 4, patterns: 8 }) },
  {
    name: 'block-punched', block: [8, 4 * KERNEL],
    mask: (rate) => punchedMask(random, rows, columns, KERNEL, 8, 4, rate),
    scheme: (rate) => ({ kind: 'block-punched', rate, blockFilters: 8, blockChannels: 4 }),
  },
  ...[[4, 16], [8, 16], [8, 32], [16, 16], [16, 32], [64, 64]].flatMap(([r, c]) => [bcr(r, c, 0), bcr(r, c, 0.5)]),
  bcr(1024, 256, 1),
];

const number = (n) => (n === undefined ? '-' : n.toLocaleString('en-US'));
const ratio = (a, b) => (a === undefined ? '-' : (a / b).toFixed(3));

function measure({ name, block, mask, scheme }, rate) {
  const weights = weightsUnder(random, mask(rate));
  const csr = encodeCsr(weights, rows, columns);
  const nnz = csr.payload.length;
  const view = { count: 1, rows, columns, order: 'row-major', kernel: KERNEL };
  const tensor = dense('f32', [rows, columns / KERNEL, 3, 3], weights);
  const patterned = planEncoding(tensor, view, { encodings: ['pattern'] }).chosen;
  const own = encodeBcr(weights, rows, columns, block === undefined ? { kernel: KERNEL } : { block });
  const { plan } = encode(tensor, view, { scheme: scheme(rate) });
  const csr16 = nnz * 2 + csr.rowOffset.byteLength;
  return {
    name, rate, nnz, csr16, csr32: nnz * 4 + csr.rowOffset.byteLength,
    block: `${own.blockRows}x${own.blockColumns}${block === undefined ? ' (found)' : ''}`,
    kept: nnz / weights.length,
    payload: nnz * 4,
    bcrc: indexBytes(encodeBcrc(weights, rows, columns)),
    // Zeros that a block which is no exact product stores are index in all but name.
    bcr: indexBytes(own) + payloadBytes(own) - nnz * 4,
    pattern: patterned.ok ? indexBytes(encodePattern(weights, rows, columns, KERNEL)) : undefined,
    chosen: candidateName(plan.chosen),
    chosenIndex: plan.chosen.totalBytes - nnz * 4,
  };
}

const COLUMNS = [
  ['scheme', (m) => m.name], ['block', (m) => m.block], ['rate', (m) => `${m.rate}`], ['kept', (m) => `${(m.kept * 100).toFixed(2)} %`],
  ['payload', (m) => number(m.payload)], ['csr16', (m) => number(m.csr16)], ['csr32', (m) => number(m.csr32)],
  ['bcrc', (m) => number(m.bcrc)], ['bcr', (m) => number(m.bcr)], ['pattern', (m) => number(m.pattern)],
  ['bcr/payload', (m) => ratio(m.bcr, m.payload)], ['bcr/csr16', (m) => ratio(m.bcr, m.csr16)], ['bcr/csr32', (m) => ratio(m.bcr, m.csr32)],
  ['bcrc/csr16', (m) => ratio(m.bcrc, m.csr16)], ['chosen', (m) => m.chosen], ['chosen/payload', (m) => ratio(m.chosenIndex, m.payload)],
];

const LEFT = new Set(['scheme', 'block', 'chosen']);

function print(measured) {
  const cells = [COLUMNS.map(([title]) => title), ...measured.map((m) => COLUMNS.map(([, cell]) => cell(m)))];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  for (const row of cells) {
    console.log(row.map((cell, i) => (LEFT.has(COLUMNS[i][0]) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd());
  }
}

console.log(`Index bytes by encoding. Random float32 weights ${rows}x${columns} (3x3 kernels), seed ${seed}, masks drawn per scheme at each rate.
payload = kept weights x 4 bytes. csr16 and csr32 = CSR with 2- and 4-byte column ids; bcrc takes 2-byte ids up to 65,536 rows and columns.
bcr = in the block given, or the cheapest one; stored zeros count as index. pattern: - where there are more than 255.
chosen = what encode() takes when it is told the scheme; its index likewise.
`);
const measured = SCHEMES.flatMap((scheme) => [4, 10, 20].map((rate) => measure(scheme, rate)));
print(measured);

let broken = 0;
const judge = (says, value, most) => {
  if (value > most) broken++;
  console.log(`${value <= most ? 'holds ' : 'BROKEN'}  ${says}: ${value.toFixed(3)}, at most ${most}`);
};
console.log('\nBars, a tenth kept:');
for (const bar of BARS) {
  const name = bar.rowShare === 0 ? 'bcr columns' : 'bcr rows+columns';
  const row = measured.find((m) => m.name === name && m.block === bar.block.join('x') && m.rate === 10);
  judge(`bcr ${bar.block.join('x')}, ${bar.says} pruned, index / payload`, row.bcr / row.payload, bar.most);
}
judge('chosen encoding, index / csr16, the worst of all rows above', Math.max(...measured.map((m) => m.chosenIndex / m.csr16)), 1);
process.exitCode = broken === 0 ? 0 : 1;
