import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Counts } from './contract.js';
import { modelCycles } from './cycles.js';
import { runTool } from './tools.js';

/** The C sources beside this package's sources; they are part of what is published. */
export const NATIVE: string = fileURLToPath(new URL('../../src/neon/native/', import.meta.url));

export interface CountedBlock {
  readonly executed: number;
  /** Instruction words, hexadecimal. */
  readonly words: readonly string[];
}

export interface Region {
  readonly instructions: number;
  readonly misses: number;
  readonly blocks: readonly CountedBlock[];
}

/** Builds the plugin into `directory`; its path. */
export async function buildCounter(directory: string): Promise<string> {
  const plugin = join(directory, 'counter.so');
  await runTool('gcc', ['-O2', '-fPIC', '-shared', '-o', plugin, join(NATIVE, 'counter.c')], directory);
  return plugin;
}

export interface CountOptions {
  readonly args?: readonly string[];
  /** Folder of shared libraries. */
  readonly libraries?: string;
  /** Model the cache, which takes several times as long. */
  readonly misses?: boolean;
}

/** Runs `program` and counts its regions, by number. */
export async function countRegions(plugin: string, directory: string, program: string, { args = [], libraries, misses = false }: CountOptions = {}): Promise<ReadonlyMap<number, Region>> {
  const shared = libraries === undefined ? [] : ['-L', '/usr/aarch64-linux-gnu', '-E', `LD_LIBRARY_PATH=${libraries}:/usr/aarch64-linux-gnu/lib`, '-E', 'LD_BIND_NOW=1'];
  await runTool('qemu-aarch64', ['-cpu', 'cortex-a76', '-plugin', misses ? `${plugin},cache=on` : plugin, '-d', 'plugin', '-D', 'counts.txt', ...shared, program, ...args], directory);
  return parseCounts(await readFile(join(directory, 'counts.txt'), 'utf8'));
}

/** What the plugin prints, see `native/counter.c`. */
export function parseCounts(text: string): ReadonlyMap<number, Region> {
  const regions = new Map<number, { instructions: number; misses: number; blocks: CountedBlock[] }>();
  for (const line of text.split('\n')) {
    const [what, k, first, ...rest] = line.split(' ');
    if (what === 'region') regions.set(Number(k), { instructions: Number(first), misses: Number(rest[0]), blocks: [] });
    if (what === 'block') regions.get(Number(k))?.blocks.push({ executed: Number(first), words: rest });
  }
  return regions;
}

export async function countsOf(region: Region, cycles: boolean, directory: string): Promise<Counts> {
  return { instructions: region.instructions, misses: region.misses, cycles: cycles ? await modelCycles(region, directory) : {} };
}
