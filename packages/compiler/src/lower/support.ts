import type { Refusal, Support } from '../backend.js';

export const OK: Support = { ok: true };
export const refuse = (reason: string, hint: string): Refusal => ({ ok: false, reason, hint });
