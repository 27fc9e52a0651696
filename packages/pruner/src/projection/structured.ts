import type { Matrix } from '../contract.js';
import { allocate } from './allocate.js';
import { selectTop } from './select.js';

/** Single weights by magnitude: `round(weights / rate)` stay. */
export function unstructured(matrix: Matrix, rate: number): Uint8Array {
  const { values } = matrix;
  if (rate === 1) return new Uint8Array(values.length).fill(1);
  const squares = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) squares[i] = values[i]! * values[i]!;
  return selectTop(squares, () => 1, squares.length / rate, 1);
}

/** Whole rows by norm: `round(rows / rate)` stay. */
export function filters(matrix: Matrix, rate: number): Uint8Array {
  const { rows, columns, values } = matrix;
  const energy = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let i = r * columns; i < (r + 1) * columns; i++) sum += values[i]! * values[i]!;
    energy[r] = sum;
  }
  const kept = allocate({ parts: 1, groups: rows, scores: energy, weightOf: () => columns }, 1 / rate, 'global');
  const keep = new Uint8Array(rows * columns);
  for (let r = 0; r < rows; r++) if (kept[r] === 1) keep.fill(1, r * columns, (r + 1) * columns);
  return keep;
}

/** All columns of an input channel by their norm: `round(channels / rate)` channels stay. */
export function channels(matrix: Matrix, rate: number): Uint8Array {
  const { rows, columns, kernel, values } = matrix;
  const count = columns / kernel;
  const energy = new Float64Array(count);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const w = values[r * columns + c]!;
      const channel = Math.floor(c / kernel);
      energy[channel] = energy[channel]! + w * w;
    }
  }
  const kept = allocate({ parts: 1, groups: count, scores: energy, weightOf: () => rows * kernel }, 1 / rate, 'global');
  const keep = new Uint8Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) keep[r * columns + c] = kept[Math.floor(c / kernel)]!;
  }
  return keep;
}
