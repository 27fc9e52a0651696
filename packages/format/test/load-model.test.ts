import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { FretworkError, loadModel, writeModel, type GoodHeader, type LoadOptions, type ModelSource } from '../src/index.js';
import { openFile } from '../src/container/file.browser.js';
import { gathering } from '../src/container/gather.js';
import { sampleModel } from './sample-model.js';

const bytes = writeModel(sampleModel());
const headerEnd = 32 + new DataView(bytes.buffer).getUint32(12, true);
const folder = mkdtempSync(join(tmpdir(), 'fretwork-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function* pieces(file: Uint8Array, size: number, log: number[] = []): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < file.length; at += size) {
      log.push(at);
      yield file.subarray(at, at + size);
    }
  } finally {
    log.push(-1);
  }
}

const stream = (file: Uint8Array, size: number): ReadableStream<Uint8Array> => {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= file.length) controller.close();
      else controller.enqueue(file.slice(at, at + size));
      at += size;
    },
  });
};

const path = (file: Uint8Array, name: string): string => {
  writeFileSync(join(folder, name), file);
  return join(folder, name);
};

/** Every kind of source over a file. */
const SOURCES: Readonly<Record<string, (file: Uint8Array) => ModelSource>> = {
  'bytes': (file) => file,
  'a buffer': (file) => file.slice().buffer,
  'a blob': (file) => new Blob([file.slice()]),
  'a stream in pieces of 7': (file) => stream(file, 7),
  'a stream in one piece': (file) => stream(file, file.length + 1),
  'an async iterable': (file) => pieces(file, 1000),
  'an async iterable of bytes': (file) => pieces(file, 1),
  'a path': (file) => path(file, 'model.bcr'),
  'a file: URL': (file) => pathToFileURL(path(file, 'model.bcr')),
};

const codeOf = async (source: ModelSource, options?: LoadOptions): Promise<string> => {
  try {
    await loadModel(source, options);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    return error.code;
  }
};

describe.each(Object.entries(SOURCES))('loadModel from %s', (_, source) => {
  it('gives the model', async () => {
    expect(await loadModel(source(bytes))).toEqual(sampleModel());
  });

  it('refuses missing and trailing bytes', async () => {
    expect(await codeOf(source(bytes.subarray(0, bytes.length - 1)))).toBe('file.truncated');
    expect(await codeOf(source(bytes.subarray(0, headerEnd - 5)))).toBe('file.truncated');
    expect(await codeOf(source(bytes.subarray(0, 20)))).toBe('preamble.length');
    expect(await codeOf(source(new Uint8Array(0)))).toBe('preamble.length');
    expect(await codeOf(source(Uint8Array.of(...bytes, 0)))).toBe('file.trailing');
  });

  it('shows the header once, before the weights are judged, and can be refused there', async () => {
    const broken = bytes.slice();
    broken[broken.length - 1]! ^= 1;
    const seen: GoodHeader[] = [];
    const refusal = new Error('too large for me');
    const loading = loadModel(source(broken), { onHeader: async (header) => { seen.push(header); await Promise.reject(refusal); } });
    await expect(loading).rejects.toBe(refusal);
    expect(seen.map((header) => header.header.name)).toEqual(['sample']);
    expect(seen[0]!.fileBytes).toBe(bytes.length);
    expect(await codeOf(source(broken))).toBe('section.checksum');
  });

  it('reports bytes up to the length of the file', async () => {
    const loaded: number[] = [];
    await loadModel(source(bytes), { onProgress: ({ loadedBytes }) => loaded.push(loadedBytes) });
    expect(loaded.at(-1)).toBe(bytes.length);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  });

  it('does not start where the signal is aborted, and passes the reason on', async () => {
    const reason = new Error('gone');
    const error = await loadModel(source(bytes), { signal: AbortSignal.abort(reason) }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FretworkError);
    expect(error).toMatchObject({ code: 'load.aborted', cause: reason });
  });
});

describe('loadModel', () => {
  it('reads no further once the header is refused, and closes the source', async () => {
    const log: number[] = [];
    await expect(loadModel(pieces(bytes, 64, log), { onHeader: () => { throw new Error('no'); } })).rejects.toThrow('no');
    expect(log.at(-1)).toBe(-1);
    expect(Math.max(...log)).toBeLessThan(headerEnd);

    const magic: number[] = [];
    expect(await codeOf(pieces(new Uint8Array(1000), 16, magic))).toBe('preamble.magic');
    expect(magic).toEqual([0, -1]);
  });

  it('is stopped by the signal while a source gives nothing', async () => {
    const controller = new AbortController();
    let cancelled: unknown;
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined), cancel: () => { cancelled = true; } });
    const loading = codeOf(silent, { signal: controller.signal });
    controller.abort();
    expect(await loading).toBe('load.aborted');
    await new Promise((resolve) => setTimeout(resolve));
    expect(cancelled).toBe(true);
  });

  it('reports what goes wrong with a source', async () => {
    const fault = new Error('connection lost');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 100);
      throw fault;
    }
    await expect(loadModel(failing())).rejects.toMatchObject({ code: 'load.source', cause: fault });
    async function* text(): AsyncGenerator<unknown> {
      yield 'BCR';
    }
    expect(await codeOf(text() as AsyncGenerator<Uint8Array>)).toBe('load.piece');
    expect(await codeOf(join(folder, 'missing.bcr'))).toBe('load.file');
    await expect(openFile('file:///model.bcr', undefined)).rejects.toMatchObject({ code: 'load.no-files' });
  });

  it('applies the limits', async () => {
    expect(await codeOf(stream(bytes, 50), { limits: { headerBytes: 10 } })).toBe('preamble.header-length');
  });
});

describe('gathering', () => {
  it('takes at most three times what has arrived, whatever the file declares', () => {
    const gather = gathering();
    gather.expect(2 ** 52, false);
    const piece = Uint8Array.from({ length: 10_000 }, (_, i) => i);
    for (let i = 1; i <= 50; i++) {
      gather.add(piece);
      expect(gather.bytes.buffer.byteLength).toBeLessThanOrEqual(2 * gather.length);
    }
    expect(gather.length).toBe(500_000);
    expect(gather.bytes.subarray(490_000)).toEqual(piece);
  });
});
