import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, withPage } from '@fretwork/bench';
import { describe, expect, it } from 'vitest';
import { reportPage } from '../src/compress/report/page.js';
import { HOSTILE, SAMPLE_PICTURES, SAMPLE_REPORT } from './sample-report.js';

/** Where the screenshot stays, to be looked at; left out: it goes with the test. */
const KEPT = process.env['FRETWORK_SCREENSHOTS'];

describe.skipIf(!findChromium().ok)('the report in Chromium', () => {
  it('is drawn from one file, whatever names hold, and answers to a hand', { timeout: 300_000 }, async () => {
    const folder = KEPT ?? await mkdtemp(join(tmpdir(), 'fretwork-report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, await reportPage(SAMPLE_REPORT, SAMPLE_PICTURES));
    try {
      await withPage({ url: pathToFileURL(file).href }, async ({ evaluate, errors, screenshot }) => {
        expect(await evaluate('document.documentElement.dataset.ready')).toBe('yes');
        expect(await evaluate('document.title')).toBe('small network: compressed');
        expect(await evaluate('document.querySelectorAll("img, iframe, link[rel=stylesheet]").length')).toBe(0);
        expect(await evaluate('performance.getEntriesByType("resource").length')).toBe(0);
        expect(await evaluate('[...document.querySelectorAll(".tile strong")].map((one) => one.textContent)')).toEqual(['1.98×', '90.6 %', '3.6×', '28 %']);

        expect(await evaluate('document.querySelectorAll("#search svg circle").length')).toBe(4);
        expect(await evaluate('document.querySelector("#search svg").textContent')).toContain('the rules');

        const names = '[...document.querySelectorAll(".layers tbody .name")].map((one) => one.textContent)';
        expect(await evaluate(names)).toEqual(['conv1', HOSTILE, 'conv3', 'pool']);
        await evaluate('[...document.querySelectorAll(".layers thead button")].find((one) => one.textContent === "ms").click()');
        expect(await evaluate(names)).toEqual([HOSTILE, 'conv3', 'conv1', 'pool']);
        expect(await evaluate('document.querySelector("tr.slower .name").textContent')).toBe('conv3');
        expect(await evaluate('document.querySelector(".note.bad").textContent')).toContain('conv3: slower than dense');

        expect(await evaluate('document.querySelectorAll(".chart svg").length')).toBe(6);
        expect(await evaluate('document.querySelector(".mask .facts").textContent')).toBe('64 × 96 weights, 25.0 % kept, blocks of 4 × 16');
        const inked = `(() => { const canvas = document.querySelector('.mask canvas'); const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set(); for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]); return seen.size; })()`;
        expect(await evaluate<number>(inked)).toBeGreaterThan(2);
        await evaluate('for (let i = 0; i < 4; i++) document.querySelector(".mask button[title=\'zoom in\']").click()');
        const at = (x: number, y: number): string => `(() => { const canvas = document.querySelector('.mask canvas'); const { left, top } = canvas.getBoundingClientRect();
          canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: left + ${x}, clientY: top + ${y}, bubbles: true })); return document.querySelector('.mask output').value; })()`;
        expect(await evaluate<string>(at(400, 200))).toMatch(/^row \d+, column \d+: (kept|cut); block \d+, \d+: 25\.0 % kept$/);
        await evaluate('document.querySelectorAll(".layers tbody tr")[1].click()');
        expect(await evaluate('document.querySelector(".mask .facts").textContent')).toContain('too large to be shown weight by weight');

        await evaluate('scrollTo(0, 0)');
        const picture = await screenshot();
        expect(picture.length).toBeGreaterThan(20_000);
        if (KEPT !== undefined) await writeFile(join(KEPT, 'report.png'), picture);
        expect(errors).toEqual([]);
      });
    } finally {
      if (KEPT === undefined) await rm(folder, { recursive: true, force: true });
    }
  });
});
