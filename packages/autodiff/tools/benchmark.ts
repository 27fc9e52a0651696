/**
 * Prints images/s and sequences/s of two training steps, beside PyTorch's where `python3 -c 'import torch'` works.
 * `npm run benchmark -w @fretwork/autodiff -- [threads] [seconds] [spinning|sleeping]`.
 */
import * as ort from 'onnxruntime-node';
import { runnerImport } from 'vite';
import type { OrtModule } from '../src/index.js';

const conditions: string[] = ['@fretwork/source', 'module', 'node', 'development|production'];
// Vite, because the sources name each other as `.js`, which Node does not find beside them.
const { module } = await runnerImport<typeof import('./benchmark/run.js')>(new URL('benchmark/run.ts', import.meta.url).pathname, {
  root: new URL('..', import.meta.url).pathname, logLevel: 'error', resolve: { conditions }, ssr: { resolve: { conditions }, noExternal: [/^@fretwork\//] },
});
await module.benchmark(ort as unknown as OrtModule, Number(process.argv[2] ?? 2), Number(process.argv[3] ?? 20), process.argv[4] !== 'sleeping');
