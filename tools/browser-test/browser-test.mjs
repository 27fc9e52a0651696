/**
 * Runs the conformance kit on `@fretwork/runtime-wasm` in headless Chromium, at every level and on two threads, under a strict content
 * security policy: ONNX's cases, the models of the data folder against their stored outputs, random sparse layers against the reference.
 * Prints counts, writes what did not pass to `reports/browser-cases.json` and one outcome per suite and way to the file named:
 *
 *     node tools/browser-test/browser-test.mjs REPORT
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundle, findChromium, serve, withPage } from '@fretwork/bench';

const [report] = process.argv.slice(2);
if (report === undefined) throw new Error('usage: browser-test.mjs REPORT');

const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src data:";
const PAGE = '<!doctype html><title>conformance</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
const RANDOM_LAYERS = 300;

const data = process.env.FRETWORK_DATA_DIR ?? resolve(import.meta.dirname, '../../../shared/data');
const haveData = existsSync(`${data}/onnx-node-tests/node.tar.gz`);

/** `least`: passed cases below which a suite fails; `mayRefuse`: a case may be beyond the runtime. `about` goes to the page. */
const SUITES = [
  { name: 'ONNX cases', needsData: true, least: 280, mayRefuse: true },
  { name: 'models', needsData: true, least: 7, about: () => readdirSync(`${data}/models`, { recursive: true }).map((path) => path.replaceAll('\\', '/')) },
  { name: 'keyword models', needsData: true, least: 5 },
  { name: 'random layers', needsData: false, least: RANDOM_LAYERS, about: () => RANDOM_LAYERS },
];

const SINGLE = SUITES.map(({ name }) => name);
/** Each load on threads starts a worker: the suites with the large layers are enough. */
const WAYS = [
  { name: 'relaxed', level: 'relaxed', threads: 1, suites: SINGLE },
  { name: 'simd', level: 'simd', threads: 1, suites: SINGLE },
  { name: 'javascript', level: 'javascript', threads: 1, suites: SINGLE },
  { name: '2 threads', level: 'relaxed', threads: 2, suites: ['models', 'keyword models'] },
];
const RUNS = WAYS.flatMap((way) => SUITES.filter(({ name }) => way.suites.includes(name)).map((suite) => ({ way, suite, name: `${suite.name}, ${way.name}` })));

const outcomes = [];
const found = [];
const chromium = findChromium();
if (chromium.ok) await inChromium();
else outcomes.push(...RUNS.map(({ name }) => ({ status: 'skipped', name, reason: `${chromium.reason}: ${chromium.hint}` })));
writeFileSync('reports/browser-cases.json', `${JSON.stringify(found, null, 2)}\n`);
writeFileSync(report, JSON.stringify(outcomes));

async function inChromium() {
  const page = await bundle(new URL('page.mjs', import.meta.url), { conditions: ['@fretwork/source'] });
  const worker = await bundle(new URL('../../packages/runtime-wasm/src/machine/threads/thread.worker.ts', import.meta.url));
  const served = await serve({
    csp: CSP, isolated: true,
    mounts: { '/': { body: PAGE, type: 'text/html; charset=utf-8' }, '/page.js': { body: page }, '/thread.worker.js': { body: worker }, '/data': data },
  });
  try {
    await withPage({ url: served.url, timeoutMs: 300_000 }, async (opened) => {
      console.log(`Chromium ${opened.version}\n${row('', 'suite', 'passed', 'refused', 'failed', 'seconds')}`);
      for (const run of RUNS) outcomes.push(await runSuite(opened, run));
    });
  } finally {
    await served.close();
  }
}

async function runSuite(page, { name, way, suite: { name: suite, needsData, least, mayRefuse = false, about } }) {
  if (needsData && !haveData) return { status: 'skipped', name, reason: `no real data at ${data}: set FRETWORK_DATA_DIR` };
  const started = performance.now();
  const { passed, refused, failed, others } = await page.evaluate(`runSuite(${[suite, way, about?.()].map((value) => JSON.stringify(value)).join(', ')})`);
  console.log(row(way.name, suite, passed, refused, failed, ((performance.now() - started) / 1000).toFixed(1)));
  found.push(...others.map((other) => ({ suite, way: way.name, ...other })));
  const wrong = others.filter(({ status }) => status === 'failed' || !mayRefuse).map((other) => `${other.name} ${other.status}: ${other.reason}`);
  for (const line of wrong) console.log(`${name}: ${line}`);
  if (passed < least) wrong.push(`${passed} passed, at least ${least} must`);
  return wrong.length === 0 ? { status: 'passed', name } : { status: 'failed', name, reason: wrong.slice(0, 3).join('; ') };
}

function row(way, suite, ...counts) {
  return way.padEnd(12) + suite.padEnd(16) + counts.map((count) => String(count).padStart(9)).join('');
}
