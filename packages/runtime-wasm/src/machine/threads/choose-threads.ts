import { cores } from '#threads';
import { FretworkError } from '@fretwork/format';
import type { Level, ThreadReport } from '../../contract.js';

/** More than this a runtime never starts on its own account: beyond it layers are too small, and pages share a machine. */
const MOST_BY_THEMSELVES = 4;
const MOST = 64;

/** How many threads to start, and why so many. Throws `run.threads` for what is no number of threads. */
export function chooseThreads(wanted: number | 'auto', level: Level): ThreadReport {
  if (wanted !== 'auto' && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST)) {
    throw new FretworkError('run.threads', 'no number of threads', { expected: `auto, or 1 to ${MOST}`, actual: String(wanted) });
  }
  if (wanted === 1) return { count: 1, why: 'the default' };
  if (level === 'javascript') return { count: 1, why: 'level javascript has one thread' };
  const missing = withoutSharedMemory();
  if (missing !== undefined) return { count: 1, why: missing };
  if (wanted !== 'auto') return { count: wanted, why: 'asked for' };
  const count = Math.min(cores(), MOST_BY_THEMSELVES);
  return { count, why: `auto: of ${cores()} cores at most ${MOST_BY_THEMSELVES}` };
}

function withoutSharedMemory(): string | undefined {
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) {
    return 'this page may not share memory: it needs Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
  }
  return typeof SharedArrayBuffer === 'function' ? undefined : 'this host has no SharedArrayBuffer';
}
