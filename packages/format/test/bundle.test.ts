import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generated } from '../tools/generate.js';
import { bundle } from './bundle.js';

describe('the bundle for browsers', () => {
  it('makes no code from text, so that a strict content security policy lets it run', async () => {
    const code = await bundle('src/index.ts', 'browser');
    expect(code.length).toBeGreaterThan(50_000);
    expect(code).not.toMatch(/\bFunction\s*\(/);
    expect(code).not.toMatch(/\beval\s*\(/);
  });

  it('has nothing of Node in it; the bundle for Node has its files', async () => {
    expect(await bundle('src/index.ts', 'browser')).not.toMatch(/node:fs|require\(["']fs/);
    expect(await bundle('src/index.ts', 'node')).toMatch(/node:fs\/promises/);
  });
});

describe('generated code', () => {
  it('is what tools/generate.ts makes of bcr.proto', async () => {
    for (const [file, text] of await generated()) expect(readFileSync(file, 'utf8') === text, `${file.pathname}: run npm run generate`).toBe(true);
  });
});
