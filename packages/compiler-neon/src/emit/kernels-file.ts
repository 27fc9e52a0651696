import { parseKernelName, type KernelVariant } from '@fretwork/compiler';
import type { NeonPlan } from '../contract.js';
import { familyFor } from '../family.js';
import { depthwiseKernel } from '../kernels/depthwise.js';
import type { CFunction } from '../kernels/c-function.js';
import { streamOfBytes, streamOfBytesDriver, vectorOfBytes } from '../kernels/int8.js';
import { panelDriver, panelKernel } from '../kernels/panel.js';
import { streamDriver, streamKernel } from '../kernels/stream.js';
import { SUPPORT } from '../kernels/support.js';
import { vectorKernel } from '../kernels/vector.js';

/** `kernels.h` and `kernels.c` with what a project needs and no more. */
export function kernelsFile({ prefix, type }: Pick<NeonPlan, 'prefix' | 'type'>, kernels: readonly string[], others: readonly string[]): (readonly [string, string])[] {
  const rows = kernels.map((name) => parseKernelName(name)!).sort(inOrder);
  const drivers = others.flatMap((name) => {
    const match = /^stream(\d)$/.exec(name);
    return match === null ? [] : [Number(match[1])];
  }).sort((a, b) => a - b);
  const functions: CFunction[] = [
    ...rows.map(functionOf),
    ...drivers.map((count) => streamDriver(count, rows.filter((row) => row.operator === 'stream' && row.type !== 'i8' && row.rows === count))),
    ...[1, 2, 3, 4].filter((count) => others.includes(`bytes${count}`)).map((count) => streamOfBytesDriver(count, rows.filter((row) => row.operator === 'stream' && row.type === 'i8' && row.rows === count))),
    ...(others.includes('panels') ? [panelDriver(rows.filter((row) => row.operator === 'panel'))] : []),
    ...[...SUPPORT].filter(([name]) => others.includes(name)).map(([, text]) => text),
  ];
  const { text: written } = familyFor(type);
  const named = (text: string): string => written(text).replaceAll('FW_', `${prefix}_`);
  const guard = `${prefix.toUpperCase()}_KERNELS_H`;
  return [
    [`${prefix}_kernels.h`, named([
      '/* Kernels of this model. A name says: what, type, rows, positions, columns per turn, instruction set. */',
      `#ifndef ${guard}`, `#define ${guard}`, ...(type === 'f16' ? ['#include <arm_neon.h>'] : []), '#include <stddef.h>', '#include <stdint.h>', '', ...functions.map(({ declaration }) => declaration), '', '#endif', '',
    ].join('\n'))],
    [`${prefix}_kernels.c`, named([
      `#include "${prefix}_kernels.h"`, '#include <arm_neon.h>', '#include <math.h>', '#include <stddef.h>', '#include <string.h>', '', ...NO_EARLY_LOADS, '', HOW, '',
      ...functions.flatMap(({ definition }) => [definition, '']),
    ].join('\n'))],
  ];
}

const OF_FLOATS: Readonly<Record<string, (kernel: KernelVariant) => CFunction>> = {
  stream: streamKernel, vector: vectorKernel, run: vectorKernel, panel: panelKernel, depthwise3s1: depthwiseKernel, depthwise3s2: depthwiseKernel,
};

const functionOf = (row: KernelVariant): CFunction => (row.type === 'i8' ? (row.operator === 'stream' ? streamOfBytes : vectorOfBytes) : OF_FLOATS[row.operator]!)(row);

const inOrder = (a: KernelVariant, b: KernelVariant): number => (a.operator < b.operator ? -1 : a.operator > b.operator ? 1 : a.rows - b.rows || a.pixels - b.pixels);

/** Scheduling before registers are given out moves loads away from their use, and gcc then spills sums. */
const NO_EARLY_LOADS = ['#if defined(__GNUC__) && !defined(__clang__)', '#pragma GCC optimize("no-schedule-insns")', '#endif'];

const HOW = `/*
 * Stream kernels: the sums of some rows x some positions stay in registers while the columns of a segment go by. A column is
 * loaded once and used by every row. Per segment p holds [4 * columns + 2 * last + first] [rows] [columns], as distances in
 * bytes; w holds [biases, where first] and the weights of column after column. First: sums start at the biases; last: the
 * activation's bounds are applied.
 * Depthwise kernels: a block of outputs of one channel, w holds nine weights and the bias of each, and two zeros.
 * Panel kernels: some filters, in lanes, x some positions; activations lie channels last, weights [panel][channel][16 filters].
 * Vector and run kernels: the same for one activation vector; p holds [columns] [rows] [columns, or the first of a run].
 */`;
