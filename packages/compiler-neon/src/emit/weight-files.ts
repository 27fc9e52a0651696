import { cFloat } from '@fretwork/compiler';
import { numberToHalf } from '@fretwork/format';
import type { NeonPlan } from '../contract.js';
import { FAMILIES } from '../family.js';
import type { Pools } from './pools.js';

/** Words up to which weights become C arrays where nothing else is asked for. */
const MOST_WORDS = 4_000_000;

export interface WeightFiles {
  readonly how: 'array' | 'file';
  /** Elements. */
  readonly weights: number;
  readonly program: number;
  readonly index: number;
  /** Of all three. */
  readonly bytes: number;
  readonly files: readonly (readonly [string, string | Uint8Array])[];
}

/** The constants of a project: three C arrays, or one file that holds them one behind the other. */
export function weightFiles({ prefix, weights: wanted, type }: NeonPlan, pools: Pools): WeightFiles {
  const { bytes: size } = FAMILIES[type];
  const [weights, program, index] = [pools.weights.all(), pools.program.all(), pools.index.all()];
  const sizes = { weights: weights.length, program: program.length, index: index.length, bytes: size * weights.length + 4 * program.length + 2 * index.length };
  const words = weights.length + program.length + Math.ceil(index.length / 2);
  const how = wanted === 'auto' ? (words <= MOST_WORDS ? 'array' : 'file') : wanted;
  if (how === 'file') {
    const bytes = new Uint8Array(size * weights.length + 4 * program.length + 2 * index.length);
    bytes.set(new Uint8Array(type === 'f32' ? weights.buffer : Uint16Array.from(weights, numberToHalf).buffer), 0);
    bytes.set(new Uint8Array(program.buffer), size * weights.length);
    bytes.set(new Uint8Array(index.buffer), size * weights.length + 4 * program.length);
    return { how, ...sizes, files: [[`${prefix}_weights.bin`, bytes]] };
  }
  // An array of C has at least one element.
  const text = [
    `#include "${prefix}_weights.h"`, '', '#include <math.h>', '',
    ...array(`const ${type === 'f32' ? 'float' : 'float16_t'} ${prefix}_weights[${Math.max(1, weights.length)}]`, Array.from(weights.length === 0 ? [0] : weights, cFloat)),
    ...array(`const int32_t ${prefix}_program[${Math.max(1, program.length)}]`, Array.from(program.length === 0 ? [0] : program, String)),
    ...array(`const uint16_t ${prefix}_index[${Math.max(1, index.length)}]`, Array.from(index.length === 0 ? [0] : index, String)),
  ];
  const guard = `${prefix.toUpperCase()}_WEIGHTS_H`;
  const header = [
    `#ifndef ${guard}`, `#define ${guard}`, '#include <stdint.h>', '', ...(type === 'f32' ? [] : ['#include <arm_neon.h>']), `extern const ${type === 'f32' ? 'float' : 'float16_t'} ${prefix}_weights[];`, `extern const int32_t ${prefix}_program[];`,
    `extern const uint16_t ${prefix}_index[];`, '', '#endif', '',
  ];
  return { how, ...sizes, files: [[`${prefix}_weights.h`, header.join('\n')], [`${prefix}_weights.c`, text.join('\n')]] };
}

function array(head: string, values: readonly string[]): string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const value of values) {
    if (line.length + value.length > 118) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${value},`;
  }
  return [`${head} = {`, ...lines, line, '};', ''];
}
