import type { Refusal } from '../contract.js';

/** What was thrown, as a reason: its first line. */
export function refusal(error: unknown, hint: string): Refusal {
  const says = String((error as Error)?.message ?? error).split('\n')[0]!;
  return { ok: false, reason: says === '' ? 'it failed without a message' : says, hint };
}
