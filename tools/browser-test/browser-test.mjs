/**
 * Runs the conformance kit on `@fretwork/runtime-wasm` in headless Chromium, at every level, under a strict content security policy:
 * ONNX's cases, the models of the data folder against their stored outputs, random sparse layers against the reference. Prints counts,
 * writes what did not pass to `reports/browser-cases.json` and one outcome per suite and level to the file named:
 *
 *     node tools/browser-test/browser-test.mjs REPORT
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundle, findChromium, serve, withPage } from '@fretwork/bench';

const [report] = process.argv.slice(2);
if (report === undefined) throw new Error('usage: browser-test.mjs REPORT');

const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";
const PAGE = '<!doctype html><title>conformance</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
const LEVELS = ['relaxed', 'simd', 'javascript'];
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

const outcomes = [];
const found = [];
const chromium = findChromium();
if (chromium.ok) await inChromium();
else for (const level of LEVELS) for (const { name } of SUITES) outcomes.push({ status: 'skipped', name: `${name}, ${level}`, reason: `${chromium.reason}: ${chromium.hint}` });
writeFileSync('reports/browser-cases.json', `${JSON.stringify(found, null, 2)}\n`);
writeFileSync(report, JSON.stringify(outcomes));

async function inChromium() {
  const page = await bundle(new URL('page.mjs', import.meta.url), { conditions: ['@fretwork/source'] });
  const served = await serve({ csp: CSP, mounts: { '/': { body: PAGE, type: 'text/html; charset=utf-8' }, '/page.js': { body: page }, '/data': data } });
  try {
    await withPage({ url: served.url, timeoutMs: 300_000 }, async (opened) => {
      console.log(`Chromium ${opened.version}\n${row('level', 'suite', 'passed', 'refused', 'failed', 'seconds')}`);
      for (const level of LEVELS) for (const suite of SUITES) outcomes.push(await runSuite(opened, suite, level));
    });
  } finally {
    await served.close();
  }
}

async function runSuite(page, { name: suite, needsData, least, mayRefuse = false, about }, level) {
  const name = `${suite}, ${level}`;
  if (needsData && !haveData) return { status: 'skipped', name, reason: `no real data at ${data}: set FRETWORK_DATA_DIR` };
  const started = performance.now();
  const { passed, refused, failed, others } = await page.evaluate(`runSuite(${[suite, level, about?.()].map((value) => JSON.stringify(value)).join(', ')})`);
  console.log(row(level, suite, passed, refused, failed, ((performance.now() - started) / 1000).toFixed(1)));
  found.push(...others.map((other) => ({ suite, level, ...other })));
  const wrong = others.filter(({ status }) => status === 'failed' || !mayRefuse).map((other) => `${other.name} ${other.status}: ${other.reason}`);
  for (const line of wrong) console.log(`${name}: ${line}`);
  if (passed < least) wrong.push(`${passed} passed, at least ${least} must`);
  return wrong.length === 0 ? { status: 'passed', name } : { status: 'failed', name, reason: wrong.slice(0, 3).join('; ') };
}

function row(level, suite, ...counts) {
  return level.padEnd(12) + suite.padEnd(16) + counts.map((count) => String(count).padStart(9)).join('');
}
