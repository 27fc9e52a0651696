/**
 * Installs each packed package alone and looks at it as its users will; see `consumer.ts`. Prints the sizes, writes them to
 * `reports/package-sizes.json`, and one outcome per package to the file named: `node tools/consumer-test/consumer-test.ts REPORT`.
 */
import { writeFileSync } from 'node:fs';
import type { Outcome } from '../gate/outcome.ts';
import { consume, type Size } from './consumer.ts';
import { packs } from './packs.ts';

const [report] = process.argv.slice(2);
if (report === undefined) throw new Error('usage: consumer-test.ts REPORT');

const all = packs();
const outcomes: Outcome[] = [];
const sizes: Size[] = [];
const waiting = [...all];
async function work(): Promise<void> {
  for (let pack = waiting.shift(); pack !== undefined; pack = waiting.shift()) {
    const { wrong, size } = await consume(pack, all);
    const name = `consumer ${pack.name}`;
    for (const line of wrong) console.log(`${name}: ${line}`);
    outcomes.push(wrong.length === 0 ? { status: 'passed', name } : { status: 'failed', name, reason: wrong.map((line) => line.split('\n')[0]).join('; ') });
    if (size !== undefined) sizes.push(size);
  }
}
await Promise.all([work(), work()]);

sizes.sort((a, b) => (a.name < b.name ? -1 : 1));
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const table = [
  ['package', 'files', 'unpacked', 'tarball', 'code gzip', 'installed', 'packages'],
  ...sizes.map((size) => [size.name, size.files, kilobytes(size.unpacked), kilobytes(size.gzipped), kilobytes(size.codeGzipped), kilobytes(size.installed), size.packages]),
];
console.log(table.map((row) => row.map((cell, i) => (i === 0 ? String(cell).padEnd(24) : String(cell).padStart(12))).join('')).join('\n'));
writeFileSync('reports/package-sizes.json', `${JSON.stringify(sizes, null, 2)}\n`);
writeFileSync(report, JSON.stringify(outcomes));
