import { cFloat } from '@fretwork/compiler';
import { numberToHalf } from '@fretwork/format';
import type { NeonPlan } from '../contract.js';
import { familyFor } from '../family.js';
import type { Pools } from './pools.js';

/** Words up to which weights become C arrays where nothing else is asked for. */
const MOST_WORDS = 4_000_000;

export interface WeightFiles {
  readonly how: 'array' | 'file';
  /** Elements. */
  readonly weights: number;
  readonly program: number;
  readonly index: number;
  /** Weights that are bytes. */
  readonly ofBytes: number;
  /** Of all four. */
  readonly bytes: number;
  readonly files: readonly (readonly [string, string | Uint8Array])[];
}

/** The constants of a project: C arrays, or one file that holds them one behind the other. */
export function weightFiles({ prefix, weights: wanted, type }: NeonPlan, pools: Pools): WeightFiles {
  const { bytes: size, type: written } = familyFor(type);
  const [weights, program, index, own] = [pools.weights.all(), pools.program.all(), pools.index.all(), pools.bytes.all()];
  const sizes = { weights: weights.length, program: program.length, index: index.length, ofBytes: own.length, bytes: size * weights.length + 4 * program.length + 2 * index.length + own.length };
  const words = weights.length + program.length + Math.ceil(index.length / 2) + Math.ceil(own.length / 4);
  const how = wanted === 'auto' ? (words <= MOST_WORDS ? 'array' : 'file') : wanted;
  if (how === 'file') {
    const bytes = new Uint8Array(sizes.bytes);
    bytes.set(new Uint8Array(written === 'f32' ? weights.buffer : Uint16Array.from(weights, numberToHalf).buffer), 0);
    bytes.set(new Uint8Array(program.buffer), size * weights.length);
    bytes.set(new Uint8Array(index.buffer), size * weights.length + 4 * program.length);
    bytes.set(new Uint8Array(own.buffer), sizes.bytes - own.length);
    return { how, ...sizes, files: [[`${prefix}_weights.bin`, bytes]] };
  }
  // An array of C has at least one element.
  const text = [
    `#include "${prefix}_weights.h"`, '', '#include <math.h>', '',
    ...array(`const ${written === 'f32' ? 'float' : 'float16_t'} ${prefix}_weights[${Math.max(1, weights.length)}]`, Array.from(weights.length === 0 ? [0] : weights, cFloat)),
    ...array(`const int32_t ${prefix}_program[${Math.max(1, program.length)}]`, Array.from(program.length === 0 ? [0] : program, String)),
    ...array(`const uint16_t ${prefix}_index[${Math.max(1, index.length)}]`, Array.from(index.length === 0 ? [0] : index, String)),
    ...(own.length === 0 ? [] : array(`const int8_t ${prefix}_bytes[${own.length}]`, Array.from(own, String))),
  ];
  const guard = `${prefix.toUpperCase()}_WEIGHTS_H`;
  const header = [
    `#ifndef ${guard}`, `#define ${guard}`, '#include <stdint.h>', '', ...(written === 'f32' ? [] : ['#include <arm_neon.h>']), `extern const ${written === 'f32' ? 'float' : 'float16_t'} ${prefix}_weights[];`, `extern const int32_t ${prefix}_program[];`,
    `extern const uint16_t ${prefix}_index[];`, ...(own.length === 0 ? [] : [`extern const int8_t ${prefix}_bytes[];`]), '', '#endif', '',
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
