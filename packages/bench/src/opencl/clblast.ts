/**
 * CLBlast as a dense peer: its SGEMM on the device that is measured, by a C program of ours. Its tuner for the main kernel runs
 * first, once, and the best of what CLBlast takes by itself and of what the tuner found counts.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceChoice } from '@fretwork/compiler-opencl';
import type { Product } from '../neon/contract.js';
import { runTool } from '../neon/tools.js';
import { median } from '../timing/statistics.js';

const HEADER = '/usr/include/clblast_c.h';
const TUNER = '/usr/bin/clblast_tuner_xgemm';

/** Sizes at which the tuner looks for parameters. */
const TUNED = { m: 256, n: 256, k: 512 };

/** Seconds that the tuner has, and one in how many of its configurations it draws. */
const [SECONDS, FRACTION] = [90, 16];

/** Calls of a round, one after another, so that the way to a GPU and back counts little. */
export const CALLS = 16;

/** What it ran, `calls` one after another in a round; or why it did not. */
export type Clblast =
  | { readonly ok: true; readonly tuned: string; readonly calls: number; readonly times: ReadonlyMap<string, ClblastTime> }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

export interface ClblastTime {
  readonly ms: number;
  /** Which parameters were faster. */
  readonly parameters: 'as shipped' | 'as tuned';
}

/** Times of products, matrices ready in memory, by the names of `products`. Throws `bench.tool` where a tool that is there fails. */
export async function timeClblast(products: readonly Product[], rounds: number, { platform = 0, device = 0 }: DeviceChoice): Promise<Clblast> {
  const missing = [HEADER, TUNER].find((file) => !existsSync(file));
  if (missing !== undefined) return { ok: false, reason: `CLBlast is not compared: there is no ${missing}`, hint: 'apt-get install libclblast-dev clblast-utils ocl-icd-opencl-dev' };
  const directory = await mkdtemp(join(tmpdir(), 'fretwork-bench-clblast-'));
  try {
    await writeFile(join(directory, 'gemm.c'), PROGRAM);
    await runTool('cc', ['-O2', 'gemm.c', '-o', 'gemm', '-lclblast', '-lOpenCL'], directory);
    const place = [String(platform), String(device)];
    // It compiles thousands of kernels where it is let: what it has printed after a while counts.
    const tuner = `timeout ${SECONDS} stdbuf -oL ${TUNER} -platform ${place[0]} -device ${place[1]} -precision 32 -m ${TUNED.m} -n ${TUNED.n} -k ${TUNED.k} -runs 2 -fraction ${FRACTION}`;
    const { parameters, tried } = bestOf(await runTool('sh', ['-c', `${tuner} || true`], directory));
    const times = new Map<string, ClblastTime>();
    for (const { name, m, n, k } of products) {
      const sizes = [m, n, k, rounds].map(String);
      const [shipped, tuned] = [await timeOf(directory, [...place, ...sizes]), await timeOf(directory, [...place, ...sizes, ...parameters])];
      times.set(name, tuned < shipped ? { ms: tuned, parameters: 'as tuned' } : { ms: shipped, parameters: 'as shipped' });
    }
    return { ok: true, calls: CALLS, tuned: `clblast_tuner_xgemm at ${TUNED.m}x${TUNED.n}x${TUNED.k}, the best of ${tried} configurations drawn in ${SECONDS} s: ${parameters.join(' ')}`, times };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** NAME=VALUE of the fastest configuration that gave right results, in what the tuner printed, whole or cut short; how many did. */
export function bestOf(printed: string): { readonly parameters: readonly string[]; readonly tried: number } {
  let names: readonly string[] = [];
  let best: { readonly gflops: number; readonly parameters: readonly string[] } | undefined;
  let tried = 0;
  // eslint-disable-next-line no-control-regex -- the tuner colours its words
  for (const line of printed.replaceAll(/\u001B\[\d*m/g, '').split('\n')) {
    const explored = /^\* Parameters explored: (.*)$/.exec(line);
    if (explored !== null) names = explored[1]!.trim().split(/ +/);
    const cells = line.split('|').map((cell) => cell.trim());
    if (names.length === 0 || !/^\d+$/.test(cells[1] ?? '') || cells.at(-2) !== 'results match') continue;
    tried++;
    const gflops = Number(cells.at(-3));
    if (gflops > (best?.gflops ?? 0)) best = { gflops, parameters: cells[3]!.split(/ +/).map((value, i) => `${names[i]}=${value}`) };
  }
  return { parameters: best?.parameters ?? [], tried };
}

const timeOf = async (directory: string, args: readonly string[]): Promise<number> => median((await runTool('./gemm', args, directory)).trim().split('\n').map(Number));

/** gemm PLATFORM DEVICE M N K ROUNDS [NAME=VALUE …]: milliseconds of a call, of each round of several calls one after another, from the first call to the end of the queue. */
const PROGRAM = `#define CL_TARGET_OPENCL_VERSION 120
#define _POSIX_C_SOURCE 200809L
#include <CL/cl.h>
#include <clblast_c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}
static void check(int status, const char *what) {
  if (status == 0) return;
  fprintf(stderr, "%s: %d\\n", what, status);
  exit(1);
}
static cl_mem filled(cl_context context, size_t count) {
  float *values = malloc(count * sizeof *values);
  cl_int status;
  for (size_t i = 0; i < count; i++) values[i] = (float)(i % 7) - 3.0f;
  cl_mem made = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, count * sizeof *values, values, &status);
  check(status, "clCreateBuffer");
  free(values);
  return made;
}
int main(int argc, char **argv) {
  cl_platform_id platforms[64];
  cl_device_id devices[64];
  cl_int status;
  const char *names[32];
  size_t values[32], count = 0;
  if (argc < 7) return 2;
  const size_t m = strtoul(argv[3], NULL, 10), n = strtoul(argv[4], NULL, 10), k = strtoul(argv[5], NULL, 10);
  check(clGetPlatformIDs(64, platforms, NULL), "clGetPlatformIDs");
  check(clGetDeviceIDs(platforms[atoi(argv[1])], CL_DEVICE_TYPE_ALL, 64, devices, NULL), "clGetDeviceIDs");
  cl_device_id device = devices[atoi(argv[2])];
  cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
  check(status, "clCreateContext");
  cl_command_queue queue = clCreateCommandQueue(context, device, 0, &status);
  check(status, "clCreateCommandQueue");
  for (int i = 7; i < argc && count < 32; i++) {
    char *sign = strchr(argv[i], '=');
    if (sign == NULL) return 2;
    *sign = 0;
    names[count] = argv[i];
    values[count++] = strtoul(sign + 1, NULL, 10);
  }
  if (count > 0) {
    /* Small products would be done by another kernel, which was not tuned. */
    const char *least[] = {"XGEMM_MIN_INDIRECT_SIZE"};
    const size_t none[] = {1};
    check(CLBlastOverrideParameters(device, "GemmRoutine", CLBlastPrecisionSingle, 1, least, none), "CLBlastOverrideParameters GemmRoutine");
    check(CLBlastOverrideParameters(device, "Xgemm", CLBlastPrecisionSingle, count, names, values), "CLBlastOverrideParameters Xgemm");
  }
  cl_mem a = filled(context, m * k), b = filled(context, k * n), c = filled(context, m * n);
  for (int round = -2; round < atoi(argv[6]); round++) {
    const double begin = now();
    for (int call = 0; call < ${CALLS}; call++) {
      check(CLBlastSgemm(CLBlastLayoutRowMajor, CLBlastTransposeNo, CLBlastTransposeNo, m, n, k, 1.0f, a, 0, k, b, 0, n, 0.0f, c, 0, n, &queue, NULL), "CLBlastSgemm");
    }
    check(clFinish(queue), "clFinish");
    if (round >= 0) printf("%.6f\\n", (now() - begin) / ${CALLS});
  }
  return 0;
}
`;
