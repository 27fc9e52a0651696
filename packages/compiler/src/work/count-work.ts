import type { RowGroup, Schedule } from '../schedule/contract.js';
import type { WorkCount, WorkOptions } from './contract.js';

const LINE_BYTES = 64;

/** Instructions that a missed line is taken to be worth: most of its time passes behind others. */
const PER_LINE = 2;

/** Instructions to start a segment and to start a group: its mask, its pointers. */
const SEGMENT_START = 4;
const GROUP_START = 6;

type Counts = Pick<WorkCount, 'products' | 'activationLoads' | 'weightLoads' | 'indexLoads' | 'sumMoves' | 'outputStores' | 'turns'>;

/** What executing `schedule` takes, as the contract says. */
export function countWork(schedule: Schedule, options: WorkOptions): WorkCount {
  const { pixels, tile, lanes = 4, unroll = 1, sums = 'registers' } = options;
  const tiles = Math.ceil(pixels / tile);
  const loops: Loops = { vectors: Math.ceil(tile / lanes), lanes, unroll, sums };
  const perPart = schedule.parts.map((part) => sum(schedule.groups.slice(part.from, part.to).map((group) => groupWork(group, loops))));
  const all = sum(perPart);
  const times = (counts: Counts): number => tiles * Object.values(counts).reduce((a, b) => a + b, 0);
  const fullestInstructions = Math.max(...perPart.map(times));
  const missedLines = missed(schedule, options, tiles);
  return {
    ...(Object.fromEntries(Object.entries(all).map(([name, count]) => [name, count * tiles])) as unknown as Counts),
    instructions: times(all), fullestInstructions, missedLines,
    cost: fullestInstructions + (PER_LINE * missedLines * (fullestInstructions / Math.max(1, times(all)))),
  };
}

type Loops = Required<Pick<WorkOptions, 'lanes' | 'unroll' | 'sums'>> & { readonly vectors: number };

function groupWork({ height, segments }: RowGroup, { vectors, lanes, unroll, sums }: Loops): Counts {
  const counts = { products: 0, activationLoads: 0, weightLoads: 0, indexLoads: 0, sumMoves: 0, outputStores: height * vectors, turns: GROUP_START };
  for (const { count, columns } of segments) {
    counts.products += count * columns.length * vectors;
    counts.activationLoads += columns.length * vectors;
    counts.weightLoads += Math.ceil((count * columns.length) / lanes);
    counts.indexLoads += columns.length;
    counts.turns += SEGMENT_START + Math.ceil(columns.length / unroll);
    if (sums === 'memory') counts.sumMoves += 2 * count * vectors;
  }
  const chunks = new Set(segments.map(({ chunk }) => chunk)).size;
  if (sums === 'registers') counts.sumMoves += 2 * height * vectors * Math.max(0, chunks - 1);
  return counts;
}

const sum = (list: readonly Counts[]): Counts => {
  const total = { products: 0, activationLoads: 0, weightLoads: 0, indexLoads: 0, sumMoves: 0, outputStores: 0, turns: 0 };
  for (const counts of list) for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name];
  return total;
};

/**
 * Activations that stay in half of the first cache are fetched once per tile and chunk, others each time a group asks for
 * them; weights and offsets are fetched once per turn of the outer loop that they do not stay through.
 */
function missed(schedule: Schedule, { tile, pixels, order = 'tile-group', cacheBytes = 65536, elementBytes = 4 }: WorkOptions, tiles: number): number {
  const room = cacheBytes / 2;
  const { used, loads } = columnsOf(schedule);
  const lines = (bytes: number): number => Math.ceil(bytes / LINE_BYTES);
  const vectorLines = lines(Math.min(tile, pixels) * elementBytes);
  const structureLines = (group: RowGroup): number => lines(group.nnz * elementBytes) + lines(group.segments.reduce((a, { columns }) => a + 4 * columns.length, 0));
  const structure = schedule.groups.reduce((sum, group) => sum + structureLines(group), 0);
  if (order === 'tile-group') {
    const fits = used.every((columns) => columns * vectorLines * LINE_BYTES <= room);
    const activations = fits ? used.reduce((a, b) => a + b, 0) : loads;
    return tiles * (activations * vectorLines + (structure * LINE_BYTES > room ? structure : 0)) + structure;
  }
  return tiles * loads * vectorLines + schedule.groups.reduce((sum, group) => sum + structureLines(group) * (structureLines(group) * LINE_BYTES > room ? tiles : 1), 0);
}

/** Different columns of each chunk, and columns of all segments. */
function columnsOf({ columns, groups }: Schedule): { readonly used: readonly number[]; readonly loads: number } {
  const seen = new Uint8Array(columns);
  const used: number[] = [];
  let loads = 0;
  for (const { segments } of groups) {
    for (const { chunk, columns: ids } of segments) {
      loads += ids.length;
      for (let i = 0; i < ids.length; i++) {
        if (seen[ids[i]!] === 1) continue;
        seen[ids[i]!] = 1;
        used[chunk] = (used[chunk] ?? 0) + 1;
      }
    }
  }
  return { used: used.filter((count) => count !== undefined), loads };
}
