/** Whole weights as the panel kernels read them, and what they cost. */
import { kernelName } from '@fretwork/compiler';
import { KERNELS } from '../kernels/manifest.js';
import { MOST_POSITIONS, PANEL } from '../kernels/panel.js';
import { passWidths } from '../kernels/stream.js';

/** Shapes that panels are for: no kernel has an odd end. */
export const fitsPanels = (filters: number, channels: number): boolean => filters % PANEL === 0 && channels % 4 === 0;

/** `at(filter, channel)` as `[panel][channel][16]`. */
export function layPanels(filters: number, channels: number, at: (filter: number, channel: number) => number): Float32Array {
  const out = new Float32Array(filters * channels);
  for (let f = 0; f < filters; f++) {
    for (let c = 0; c < channels; c++) out[(Math.floor(f / PANEL) * channels + c) * PANEL + (f % PANEL)] = at(f, c);
  }
  return out;
}

/** Widths in which `panels` panels go over `positions`, each with how many panels it takes at a time. */
function passesOf(panels: number, positions: number): readonly { readonly wide: 1 | 2; readonly width: number; readonly times: number }[] {
  const pairs = positions <= MOST_POSITIONS.two ? Math.floor(panels / 2) : 0;
  return passWidths(positions, MOST_POSITIONS.one).flatMap((width) => [
    ...(pairs === 0 ? [] : [{ wide: 2 as const, width, times: pairs }]), ...(panels > 2 * pairs ? [{ wide: 1 as const, width, times: panels - 2 * pairs }] : []),
  ]);
}

/** Names of the kernels that `panels` panels need. */
export const panelKernels = (panels: number, positions: number): readonly string[] =>
  [...new Set(passesOf(panels, positions).map(({ wide, width }) => kernelName(KERNELS.select({ operator: 'panel', rows: PANEL * wide, pixels: width })[0]!)))];

/** Instructions, as counted in what clang 14 makes of the kernels; from the fifth position on it computes a pointer for each. */
export function panelCost(panels: number, channels: number, positions: number): number {
  let cost = 0;
  for (const { wide, width, times } of passesOf(panels, positions)) cost += times * ((channels / 4) * (wide * 8 + width + 16 * wide * width + 3 + wide + 2 * Math.max(0, width - 4)) + 30 + width * (5 * wide + 2));
  return cost;
}
