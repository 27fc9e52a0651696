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

/** Executed blocks x steady-state cycles, scaled to all instructions: the blocks of a region are all that matter of it. */
export async function modelCycles(region: Region, directory: string): Promise<Record<string, number>> {
  const text = await disassemble(region.blocks.map(({ words }) => words), directory);
  const covered = region.blocks.reduce((sum, { executed, words }) => sum + executed * words.length, 0);
  const cycles: Record<string, number> = {};
  for (const { name, mca, cpu } of CORES) {
    const source = text.map((lines, i) => `# LLVM-MCA-BEGIN b${i}\n${lines.join('\n')}\n# LLVM-MCA-END b${i}\n`).join('');
    const out = await runTool(mca, ['-mtriple=aarch64', ATTRIBUTES, `-mcpu=${cpu}`, `-iterations=${REPEATS}`, '--instruction-info=false', '--resource-pressure=false'], directory, source);
    const each = [...out.matchAll(/Total Cycles:\s+(\d+)/g)].map((match) => Number(match[1]) / REPEATS);
    cycles[name] = region.blocks.reduce((sum, { executed }, i) => sum + executed * each[i]!, 0) * region.instructions / covered;
  }
  return cycles;
}

/** A64 text of each block; branches keep their form, their targets are of no matter. */
async function disassemble(blocks: readonly (readonly string[])[], directory: string): Promise<readonly (readonly string[])[]> {
  const bytes = (word: string): string => [6, 4, 2, 0].map((at) => `0x${word.slice(at, at + 2)}`).join(' ');
  const all = await runTool('llvm-mc-19', ['--disassemble', '-triple=aarch64', ATTRIBUTES], directory, blocks.flat().map(bytes).join('\n'));
  const lines = all.split('\n').filter((line) => /^\t(?!\.)/.test(line)).map((line) => (line.startsWith('\thint') ? '\tnop' : line));
  let at = 0;
  return blocks.map((words) => lines.slice(at, at += words.length));
}
