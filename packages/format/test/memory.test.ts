import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeModel, type DenseTensor, type Model } from '../src/index.js';
import { crc32 } from '../src/container/crc32.js';
import { encodePreamble } from '../src/container/layout.js';
import { bundle } from './bundle.js';
import { sampleModel } from './sample-model.js';

const MiB = 2 ** 20;
/** What a process needs beside the file: the records of a header within the limit, and its own noise. */
const SLACK = 32 * MiB;

const folder = mkdtempSync(join(tmpdir(), 'fretwork-'));
beforeAll(async () => {
  writeFileSync(join(folder, 'format.mjs'), await bundle('src/index.ts', 'node'));
  writeFileSync(join(folder, 'sample.bcr'), writeModel(sampleModel()));
  writeFileSync(join(folder, 'measure.mjs'), `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { loadModel, readModel } from './format.mjs';
    const [file, how] = process.argv.slice(2);
    readModel(new Uint8Array(readFileSync('sample.bcr')));
    const bytes = new Uint8Array(readFileSync(file));
    async function* pieces() { for (let at = 0; at < bytes.length; at += 65536) yield bytes.subarray(at, at + 65536); }
    gc();
    // Linux: the high-water mark of this process, set back to what it has now. (That of getrusage starts with its parent's.)
    writeFileSync('/proc/self/clear_refs', '5');
    const highest = () => 1024 * Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    const before = highest();
    let code = 'accepted', kept;
    try { kept = how === 'stream' ? await loadModel(pieces()) : readModel(bytes); } catch (error) { code = error.code ?? String(error); }
    console.log(JSON.stringify({ code, grown: highest() - before, kept: kept?.layers.length }));
  `);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads `file` in a process of its own: the code, and by how many bytes the process grew at most. */
function measure(file: Uint8Array, how: 'bytes' | 'stream'): { readonly code: string; readonly grown: number } {
  writeFileSync(join(folder, 'file.bcr'), file);
  const printed = execFileSync(process.execPath, ['--expose-gc', '--max-semi-space-size=1', 'measure.mjs', 'file.bcr', how], { cwd: folder, encoding: 'utf8' });
  return JSON.parse(printed) as { code: string; grown: number };
}

/** A file of `header` alone, and of zeros up to `fileBytes`, which it declares as `declared`. */
function file(header: Uint8Array, fileBytes: number = 32 + header.length, declared: number = fileBytes): Uint8Array {
  const made = new Uint8Array(fileBytes);
  made.set(encodePreamble({ version: 1, headerBytes: header.length, headerCrc32: crc32(header), fileBytes: declared }));
  made.set(header, 32);
  return made;
}

const repeat = (pattern: readonly number[], length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => pattern[at % pattern.length]!);

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** One field that holds `inside`. */
function nested(tag: number, inside: Uint8Array): Uint8Array {
  const start = [tag, ...varint(inside.length)];
  const made = new Uint8Array(start.length + inside.length);
  made.set(start);
  made.set(inside, start.length);
  return made;
}

const HEADER = 8 * MiB - 2;
const ints = nested(0x32, nested(0x32, nested(0x2a, nested(0x0a, new Uint8Array(HEADER).fill(2)))));

/** A model whose header is long and honest: as many layers as `headerMemory` lets in. */
const manyLayers = (): Model => ({
  ...sampleModel(),
  inputs: [], outputs: [], values: [], tensors: new Map(), plan: { target: '', mapper: '', entries: [] },
  layers: Array.from({ length: 12_000 }, (_, at) => ({
    name: `${'n'.repeat(400)}${at}`, operator: 'Op', domain: 'test', inputs: [], outputs: [`o${at}`], attributes: new Map([['a', { type: 'int' as const, value: at }]]),
  })),
});

const HOSTILE: readonly (readonly [says: string, code: string, make: () => Uint8Array])[] = [
  ['8 MiB of empty layers', 'header.memory', () => file(repeat([0x32, 0], HEADER))],
  ['8 MiB of empty values', 'header.memory', () => file(repeat([0x12, 0], HEADER))],
  ['8 MiB of empty sections', 'header.memory', () => file(repeat([0x52, 0], HEADER))],
  ['8 MiB of attribute integers, an object each to the decoder', 'header.memory', () => file(ints)],
  ['8 MiB of tensor sizes', 'header.memory', () => file(nested(0x2a, nested(0x12, nested(0x12, new Uint8Array(HEADER).fill(1)))))],
  ['8 MiB of empty input names', 'header.memory', () => file(nested(0x32, repeat([0x22, 0], HEADER)))],
  ['8 MiB of nested groups', 'header.wire-type', () => file(new Uint8Array(HEADER).fill(0x0b))],
  ['a tensor of 2^50 bytes over 8 MiB', 'section.total', () => {
    const header = Uint8Array.of(...nested(0x2a, Uint8Array.of(0x0a, 1, 0x77, ...nested(0x12, Uint8Array.of(0x08, 6, ...nested(0x12, Uint8Array.from(varint(2 ** 50))), 0x18, 0)))), 0x3a, 0, ...nested(0x52, Uint8Array.of(0x08, 6, 0x10, ...varint(2 ** 50))));
    return file(header, 8 * MiB);
  }],
];

describe('memory', () => {
  beforeEach((ctx) => {
    if (!existsSync('/proc/self/clear_refs')) ctx.skip('the highest memory of a process is measured on Linux only');
  });

  it.each(HOSTILE)('stays within 4 x the file for %s', (_, code, make) => {
    const bytes = make();
    for (const how of ['bytes', 'stream'] as const) {
      const { code: found, grown } = measure(bytes, how);
      expect(found).toBe(code);
      expect(grown).toBeLessThan(4 * bytes.length + SLACK);
    }
  });

  it('is not taken for what a stream only declares', () => {
    const sample = writeModel(sampleModel());
    const view = new DataView(sample.buffer);
    view.setUint32(28, 0x1000, true);
    const found = measure(sample, 'stream');
    expect(found.code).toBe('section.total');
    expect(found.grown).toBeLessThan(SLACK);
    const endless = file(new Uint8Array(0), 8 * MiB, 2 ** 50);
    new DataView(endless.buffer).setUint32(12, 16 * MiB, true);
    expect(measure(endless, 'stream')).toMatchObject({ code: 'file.truncated' });
  });

  it('is not taken twice for the weights of a good model', () => {
    const data = new Float32Array(8 * MiB);
    const big: DenseTensor = { kind: 'dense', dtype: 'f32', shape: [data.length], data };
    const bytes = writeModel({ ...sampleModel(), tensors: new Map([...sampleModel().tensors, ['big', big]]) });
    expect(measure(bytes, 'bytes')).toMatchObject({ code: 'accepted' });
    expect(measure(bytes, 'bytes').grown).toBeLessThan(bytes.length / 2 + SLACK);
    expect(measure(bytes, 'stream').grown).toBeLessThan(3 * bytes.length + SLACK);
  });

  it('stays within 4 x the file for a long honest header', () => {
    const bytes = writeModel(manyLayers());
    const { code, grown } = measure(bytes, 'bytes');
    expect(code).toBe('accepted');
    expect(grown).toBeLessThan(4 * bytes.length + SLACK);
  });
});
