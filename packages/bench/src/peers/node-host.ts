import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { runInThisContext } from 'node:vm';
import { optionalPackage } from '../optional-package.js';
import type { LiteRt, Loaded, Ort, PeerHost, Tf } from './host.js';

const require = createRequire(import.meta.url);

/** Version of an installed package and the folder that it lies in. */
export function installed(name: string): { readonly version: string; readonly folder: string } {
  // Not every package lets its package.json be asked for, so the file is looked for above the entry.
  const folder = require.resolve.paths(name)!.map((path) => join(path, name)).find((path) => exists(join(path, 'package.json')));
  if (folder === undefined) throw new Error(`${name} is not installed`);
  return { version: (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version, folder };
}

const exists = (path: string): boolean => {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
};

/** Loads peers from this Node's packages. */
export function nodeHost(threads: number): PeerHost {
  return {
    where: 'node', threads,
    onnxruntimeWeb: async () => {
      const { version } = installed('onnxruntime-web');
      const module = await optionalPackage('onnxruntime-web', () => import('onnxruntime-web')) as unknown as Ort;
      module.env.wasm.numThreads = threads;
      module.env.logLevel = 'error';
      return { module, version };
    },
    litert: () => startLitert(threads),
    tfjs: async () => {
      const { version } = installed('@tensorflow/tfjs-backend-wasm');
      const tf = await optionalPackage('@tensorflow/tfjs-core', () => import('@tensorflow/tfjs-core'));
      // The entry for Node is CommonJS; it registers its backend with the tfjs-core that it requires itself.
      const core = require('@tensorflow/tfjs-core') as typeof tf;
      // It is imported for what it registers.
      const registered: unknown = require('@tensorflow/tfjs-backend-wasm');
      if (registered === undefined) throw new Error('the backend is empty');
      if (!await core.setBackend('wasm')) throw new Error('the backend did not start');
      await core.ready();
      return { module: core as unknown as Tf, version };
    },
    onnxruntimeNode: async () => {
      const { version } = installed('onnxruntime-node');
      const module = await optionalPackage('onnxruntime-node', () => import('onnxruntime-node')) as unknown as Ort;
      return { module, version };
    },
  };
}

/**
 * LiteRT.js is made for pages: it loads its glue code as a classic script and asks for `self`. Its glue knows Node all the
 * same, so those two are lent to it while it starts.
 */
async function startLitert(threads: number): Promise<Loaded<LiteRt>> {
  if (threads > 1) throw new Error('its threads do not start in Node, where their script passes for a module');
  const { folder, version } = installed('@litertjs/core');
  const { getGlobalLiteRtPromise, loadLiteRt, loadAndCompile, Tensor } = await optionalPackage('@litertjs/core', () => import('@litertjs/core'));
  const module = { Tensor, loadAndCompile } as unknown as LiteRt;
  // It starts once in a process.
  const started = getGlobalLiteRtPromise();
  if (started !== undefined) {
    await started;
    return { module, version };
  }
  const lent = globalThis as { self?: unknown; importScripts?: unknown };
  const before = { self: lent.self, importScripts: lent.importScripts };
  lent.self = globalThis;
  lent.importScripts = (path: string) => {
    const script = runInThisContext(`(function (require, __filename, __dirname) { ${readFileSync(path, 'utf8')}\nreturn ModuleFactory; })`, { filename: path }) as (...a: readonly unknown[]) => unknown;
    (globalThis as { ModuleFactory?: unknown }).ModuleFactory = script(createRequire(path), path, dirname(path));
  };
  const quiet = silenced();
  try {
    await loadLiteRt(join(folder, 'wasm') + sep);
  } finally {
    quiet.restore();
    if (before.self === undefined) delete lent.self;
    if (before.importScripts === undefined) delete lent.importScripts;
  }
  return { module, version };
}

/** It tells the console about accelerators that a command line has no use for. */
function silenced(): { restore(): void } {
  const { log, warn, info, error } = console;
  const nothing = (): void => {};
  Object.assign(console, { log: nothing, warn: nothing, info: nothing, error: nothing });
  return { restore: () => Object.assign(console, { log, warn, info, error }) };
}
