/**
 * Runs the examples of `docs/examples` as a reader would and holds what they show against what they must: in Node, and in Chromium under
 * both policies of `serve.mjs`. Pictures of the pages go to `reports/`, one outcome per example to the file named:
 *
 *     node tools/examples/check.mjs REPORT
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium, withPage } from '@fretwork/bench';
import { makeExample } from './make.mjs';
import { POLICIES, serveExample } from './serve.mjs';

const [report] = process.argv.slice(2);
if (report === undefined) throw new Error('usage: check.mjs REPORT');

const example = makeExample();
const chromium = findChromium();

/** What the page shows, once it shows something under the image. */
const SHOWN = `new Promise((resolve) => {
  const text = (name) => [...document.querySelectorAll(name)].map((element) => element.textContent);
  const look = () => (text('footer').join('') === '' ? setTimeout(look, 20) : resolve({
    main: text('output')[0], classes: text('dt'), shares: text('dd'), foot: document.querySelector('footer').innerText,
    image: document.querySelector('img').naturalWidth,
  }));
  look();
})`;

const EXAMPLES = [
  { name: 'example node', browser: false, run: inNode },
  { name: 'example browser, strict policy', browser: true, run: () => inPage(POLICIES.strict, /level (relaxed|simd): the best that this host compiles/, 'example-browser') },
  { name: 'example browser, no WebAssembly allowed', browser: true, run: () => inPage(POLICIES.noWasm, /level javascript: relaxed and simd are refused: .*(Content Security Policy|unsafe-eval)/i, 'example-browser-javascript') },
];

const outcomes = [];
for (const { name, browser, run } of EXAMPLES) {
  if (browser && !chromium.ok) {
    outcomes.push({ status: 'skipped', name, reason: `${chromium.reason}: ${chromium.hint}` });
    continue;
  }
  const wrong = await run().catch((error) => [error.message]);
  for (const line of wrong) console.log(`${name}: ${line}`);
  outcomes.push(wrong.length === 0 ? { status: 'passed', name } : { status: 'failed', name, reason: wrong.join('; ') });
}
writeFileSync(report, JSON.stringify(outcomes));

async function inNode() {
  const folder = mkdtempSync(join(tmpdir(), 'fretwork-example-'));
  try {
    writeFileSync(join(folder, 'model.bcr'), example.model);
    writeFileSync(join(folder, 'image.png'), example.image);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['docs/examples/node/classify.mjs', join(folder, 'model.bcr'), join(folder, 'image.png')], { encoding: 'utf8' });
    console.log(stdout.trimEnd());
    if (status !== 0) return [`exit code ${status}: ${stderr.trim()}`];
    return judge(stdout.split('\n').slice(0, 3).map((line) => line.split(/ +/)[0]), stdout, /level (relaxed|simd): the best that this host compiles/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inPage(csp, level, picture) {
  const served = await serveExample(example, csp);
  try {
    return await withPage({ url: served.url }, async (page) => {
      const shown = await page.evaluate(SHOWN);
      writeFileSync(`reports/${picture}.png`, await page.screenshot());
      console.log(`Chromium ${page.version}: ${shown.main}, ${shown.shares[0]}; ${shown.foot.replace('\n', '; ')}`);
      const bytes = `${example.model.length.toLocaleString('en')} bytes`;
      return [
        ...judge(shown.classes, shown.foot, level),
        ...(shown.main === shown.classes[0] ? [] : [`the page says ${shown.main}, and first of all ${shown.classes[0]}`]),
        ...(shown.foot.includes(bytes) ? [] : [`expected ${bytes}, the page says ${shown.foot}`]),
        ...(shown.image === 32 ? [] : ['the image is not shown']),
        ...served.answers.filter(({ status }) => status !== 200).map(({ path, status }) => `${path} was answered with ${status}`),
        ...(csp === POLICIES.strict ? page.errors.map((error) => `the page logged ${error}`) : []),
      ];
    });
  } finally {
    await served.close();
  }
}

/** `classes`: the best three. Of a network whose weights are drawn, any class is right. */
function judge(classes, text, level) {
  return [
    ...(classes.length === 3 && classes.every((name) => /^[a-z]+$/.test(name)) ? [] : [`expected three classes, found ${classes.join(', ')}`]),
    ...(example.label === undefined || classes[0] === example.label ? [] : [`expected ${example.label}, found ${classes[0]}`]),
    ...(level.test(text) ? [] : [`expected ${level}, found ${text.trim()}`]),
  ];
}
