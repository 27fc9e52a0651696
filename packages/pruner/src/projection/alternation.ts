import { largest } from './largest.js';
import type { Rectangle, RectangleSize } from './rectangle.js';
import { flagLargest } from './select.js';

/**
 * The rectangle search where there are too many sets of lines to try: from four starts, the best places for the lines,
 * the best lines for the places, and so on until neither gains. A local optimum, never below greedy: two of the starts
 * are the greedy choices.
 */
export function alternation(size: RectangleSize): (squares: Float64Array, result: Rectangle) => void {
  const { lines, places, keepLines, keepPlaces } = size;
  const climb = climber(lines, places);
  const flipped = new Float64Array(lines * places);
  const score = new Float64Array(Math.max(lines, places));
  const scratch = new Float64Array(score.length);
  const keptLines = new Uint8Array(lines);
  const keptPlaces = new Uint8Array(places);
  const ownPlaces = largest(places, keepPlaces).of;
  const ownLines = largest(lines, keepLines).of;

  const scoreEach = (values: Float64Array, n: number, of: (values: Float64Array) => number): void => {
    const width = values.length / n;
    for (let i = 0; i < n; i++) score[i] = of(values.subarray(i * width, (i + 1) * width));
  };
  const linesFor = (squares: Float64Array): void => {
    flagLargest(score, places, keepPlaces, scratch, keptPlaces);
    scoreEach(squares, lines, (line) => keptSum(line, keptPlaces));
  };
  const starts: readonly ((squares: Float64Array) => void)[] = [
    // Greedy, lines first; the same, each line judged by the places it would choose alone; both with places first.
    (squares) => scoreEach(squares, lines, total),
    (squares) => scoreEach(squares, lines, ownPlaces),
    (squares) => { scoreEach(flipped, places, total); linesFor(squares); },
    (squares) => { scoreEach(flipped, places, ownLines); linesFor(squares); },
  ];
  return (given, result) => {
    const squares = given.subarray(0, lines * places);
    for (let l = 0; l < lines; l++) for (let p = 0; p < places; p++) flipped[p * lines + l] = squares[l * places + p]!;
    result.energy = -1;
    for (const start of starts) {
      start(squares);
      flagLargest(score, lines, keepLines, scratch, keptLines);
      const energy = climb(size, squares, keptLines, keptPlaces);
      if (energy <= result.energy) continue;
      result.energy = energy;
      result.lines.set(keptLines);
    }
  };
}

/** Alternates from the lines given until neither side gains; leaves the kept lines and places. Returns their energy. */
type Climb = (size: RectangleSize, squares: Float64Array, keptLines: Uint8Array, keptPlaces: Uint8Array) => number;

/** For blocks of up to `mostLines` x `mostPlaces`. */
export function climber(mostLines: number, mostPlaces: number): Climb {
  const sums = new Float64Array(Math.max(mostLines, mostPlaces));
  const scratch = new Float64Array(sums.length);
  const better = new Uint8Array(mostLines);
  return ({ lines, places, keepLines, keepPlaces }, squares, keptLines, keptPlaces) => {
    let energy = -1;
    for (;;) {
      sums.fill(0);
      for (let l = 0; l < lines; l++) {
        if (keptLines[l] === 0) continue;
        for (let p = 0; p < places; p++) sums[p] = sums[p]! + squares[l * places + p]!;
      }
      flagLargest(sums, places, keepPlaces, scratch, keptPlaces);
      let reached = 0;
      for (let p = 0; p < places; p++) if (keptPlaces[p] === 1) reached += sums[p]!;
      if (reached <= energy) return energy;
      energy = reached;
      for (let l = 0; l < lines; l++) {
        let sum = 0;
        for (let p = 0; p < places; p++) if (keptPlaces[p] === 1) sum += squares[l * places + p]!;
        sums[l] = sum;
      }
      flagLargest(sums, lines, keepLines, scratch, better);
      let gain = 0;
      for (let l = 0; l < lines; l++) gain += (better[l]! - keptLines[l]!) * sums[l]!;
      if (gain <= 0) return energy;
      for (let l = 0; l < lines; l++) keptLines[l] = better[l]!;
    }
  };
}

function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

function keptSum(values: Float64Array, kept: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) if (kept[i] === 1) sum += values[i]!;
  return sum;
}
