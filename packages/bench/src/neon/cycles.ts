import type { Region } from './count.js';
import { runTool } from './tools.js';

/**
 * Cores that llvm-mca models as they are. In every version its cortex-a76 and cortex-a78 are the Cortex-A57; neoverse-n1 is an
 * A76 core, and cortex-a710 stands for the A78 and later ones.
 */
export const CORES = [
  { name: 'a76', mca: 'llvm-mca-19', cpu: 'neoverse-n1' },
  { name: 'a78', mca: 'llvm-mca-22', cpu: 'cortex-a710' },
] as const;

const REPEATS = 100;

const ATTRIBUTES = '-mattr=+v8.4a,+fullfp16';

/** By core: what was modelled, by words. Programs share most of their blocks, and a block takes the same in each. */
const KNOWN: ReadonlyMap<string, Map<string, number>> = new Map(CORES.map(({ name }) => [name, new Map()]));

/** Executed blocks x steady-state cycles, scaled to all instructions: the blocks of a region are all that matter of it. */
export async function modelCycles(region: Region, directory: string): Promise<Record<string, number>> {
  const keys = region.blocks.map(({ words }) => words.map(withoutTarget).join(' '));
  const unknown = new Map(keys.flatMap((key, i) => (CORES.every(({ name }) => KNOWN.get(name)!.has(key)) ? [] : [[key, region.blocks[i]!.words] as const])));
  if (unknown.size > 0) await modelBlocks(unknown, directory);
  const covered = region.blocks.reduce((sum, { executed, words }) => sum + executed * words.length, 0);
  return Object.fromEntries(CORES.map(({ name }) =>
    [name, region.blocks.reduce((sum, { executed }, i) => sum + executed * KNOWN.get(name)!.get(keys[i]!)!, 0) * region.instructions / covered]));
}

async function modelBlocks(blocks: ReadonlyMap<string, readonly string[]>, directory: string): Promise<void> {
  const text = await disassemble([...blocks.values()], directory);
  const source = text.map((lines, i) => `# LLVM-MCA-BEGIN b${i}\n${lines.join('\n')}\n# LLVM-MCA-END b${i}\n`).join('');
  for (const { name, mca, cpu } of CORES) {
    const out = await runTool(mca, ['-mtriple=aarch64', ATTRIBUTES, `-mcpu=${cpu}`, `-iterations=${REPEATS}`, '--instruction-info=false', '--resource-pressure=false'], directory, source);
    const each = [...out.matchAll(/Total Cycles:\s+(\d+)/g)].map((match) => Number(match[1]) / REPEATS);
    [...blocks.keys()].forEach((key, i) => KNOWN.get(name)!.set(key, each[i]!));
  }
}

/** Where an instruction leads, or which page it names: bits that differ by program, and that no model looks at. */
const TARGETS: readonly (readonly [mask: number, is: number, bits: number])[] = [
  [0x7c000000, 0x14000000, 0x03ffffff], [0xff000010, 0x54000000, 0x00ffffe0], [0x7e000000, 0x34000000, 0x00ffffe0], [0x7e000000, 0x36000000, 0x0007ffe0], [0x1f000000, 0x10000000, 0x60ffffe0],
];

function withoutTarget(text: string): string {
  const word = Number.parseInt(text, 16);
  const row = TARGETS.find(([mask, is]) => (word & mask) === is);
  return row === undefined ? text : ((word & ~row[2]) >>> 0).toString(16);
}

/** A64 text of each block; branches keep their form, their targets are of no matter. */
async function disassemble(blocks: readonly (readonly string[])[], directory: string): Promise<readonly (readonly string[])[]> {
  const bytes = (word: string): string => [6, 4, 2, 0].map((at) => `0x${word.slice(at, at + 2)}`).join(' ');
  const all = await runTool('llvm-mc-19', ['--disassemble', '-triple=aarch64', ATTRIBUTES], directory, blocks.flat().map(bytes).join('\n'));
  const lines = all.split('\n').filter((line) => /^\t(?!\.)/.test(line)).map((line) => (line.startsWith('\thint') ? '\tnop' : line));
  let at = 0;
  return blocks.map((words) => lines.slice(at, at += words.length));
}
