import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, findChromium, serve, withPage, type ServeOptions } from '@fretwork/bench';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fretwork-bench-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>home</title>');
  await writeFile(join(folder, 'code.mjs'), 'export const one = 1;');
  await symlink('/etc/hostname', join(folder, 'out.txt'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function serving<T>(options: ServeOptions, use: (url: string, answers: readonly { readonly path: string; readonly status: number; readonly bytes: number }[]) => Promise<T>): Promise<T> {
  const served = await serve(options);
  try {
    return await use(served.url, served.answers);
  } finally {
    await served.close();
  }
}

describe('serve', () => {
  test('gives files of folders and bytes, with their media types', async () => {
    await serving({ mounts: { '/': folder, '/made/model.bcr': { body: Uint8Array.of(1, 2, 3) }, '/kernel.wasm': { body: Uint8Array.of(0) } } }, async (url, answers) => {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect((await fetch(url)).headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect((await fetch(`${url}/code.mjs?v=1`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect((await fetch(`${url}/kernel.wasm`)).headers.get('content-type')).toBe('application/wasm');
      const bytes = await fetch(`${url}/made/model.bcr`);
      expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([1, 2, 3]);
      expect(answers.at(-1)).toEqual({ path: '/made/model.bcr', status: 200, bytes: 3 });
    });
  });

  test('gives nothing outside of its folders', async () => {
    await serving({ mounts: { '/files': folder } }, async (url) => {
      const statuses = await Promise.all(['/files/out.txt', '/files/%2e%2e%2fetc/hostname', '/files/..%2f..%2f..%2fetc%2fhostname', '/filesX', '/', '/files/%ff', '/files/missing'].map(async (path) => (await fetch(url + path)).status));
      expect(statuses).toEqual([404, 404, 404, 404, 404, 404, 404]);
      expect((await fetch(`${url}/files/`, { method: 'POST' })).status).toBe(405);
    });
  });

  test('sends isolation and policy headers only where asked', async () => {
    const headers = async (options: Omit<ServeOptions, 'mounts'>): Promise<(string | null)[]> => serving({ mounts: { '/': folder }, ...options }, async (url) => {
      const { headers } = await fetch(url);
      return ['cross-origin-opener-policy', 'cross-origin-embedder-policy', 'content-security-policy'].map((name) => headers.get(name));
    });
    expect(await headers({})).toEqual([null, null, null]);
    expect(await headers({ isolated: true, csp: 'default-src \'self\'' })).toEqual(['same-origin', 'require-corp', 'default-src \'self\'']);
  });
});

test('a Chromium that is not there is a reason, not an exception', () => {
  expect(findChromium('/nowhere/chromium')).toMatchObject({ ok: false, reason: 'there is no Chromium at /nowhere/chromium' });
});

const chromium = findChromium();

describe.skipIf(!chromium.ok)('withPage', () => {
  test('evaluates in an isolated page under a strict policy', async () => {
    await serving({ mounts: { '/': folder }, isolated: true, csp: 'default-src \'self\'' }, async (url) => {
      const answer = await withPage({ url }, async (page) => {
        expect(page.version).toMatch(/^\d+\./);
        expect((await page.screenshot()).length).toBeGreaterThan(100);
        return page.evaluate('Promise.resolve({ title: document.title, isolated: crossOriginIsolated })');
      });
      expect(answer).toEqual({ title: 'home', isolated: true });
    });
  });

  test('tells what the page threw and logged', async () => {
    await serving({ mounts: { '/': { body: '<!doctype html><script>console.error("first"); setTimeout(() => { throw new Error("second") })</script>', type: 'text/html' } } }, async (url) => {
      await expect(withPage({ url }, async (page) => {
        await page.evaluate('new Promise((resolve) => setTimeout(resolve, 50))');
        return page.evaluate('Promise.reject(new Error("third"))');
      })).rejects.toMatchObject({ code: 'bench.page', message: expect.stringMatching(/third[^]*first[^]*second/) });
    });
  });

  test('does not wait for ever', async () => {
    await serving({ mounts: { '/': folder } }, async (url) => {
      await expect(withPage({ url, timeoutMs: 5000 }, (page) => page.evaluate('new Promise(() => {})'))).rejects.toMatchObject({ code: 'bench.page-timeout' });
    });
  });

  test('runs a bundle of several modules', async () => {
    await writeFile(join(folder, 'entry.mjs'), 'import { one } from "./code.mjs"; globalThis.answer = one + 1;');
    const body = await bundle(join(folder, 'entry.mjs'));
    await serving({ mounts: { '/': { body: '<!doctype html><script type="module" src="/page.js"></script>', type: 'text/html' }, '/page.js': { body } }, csp: 'script-src \'self\'' }, async (url) => {
      expect(await withPage({ url }, (page) => page.evaluate('answer'))).toBe(2);
    });
  });
});
