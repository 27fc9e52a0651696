import type { Encoding } from '../contract.js';

/** The arrays of each encoding, in the order of their sections. The payload comes last. */
export const MATRIX_ARRAYS: Readonly<Record<Encoding, readonly string[]>> = {
  csr: ['rowOffset', 'column', 'payload'],
  bcrc: ['reorder', 'rowOffset', 'occurrence', 'columnStride', 'compactColumn', 'payload'],
  bcr: ['present', 'rowMask', 'columnMask', 'payload'],
  pattern: ['patterns', 'ids', 'payload'],
};

/** The numbers of each encoding, beside `rows` and `columns`. */
export const MATRIX_NUMBERS: Readonly<Record<Encoding, readonly string[]>> = {
  csr: [],
  bcrc: [],
  bcr: ['blockRows', 'blockColumns'],
  pattern: ['kernel', 'idBits'],
};

export const ENCODINGS: readonly Encoding[] = ['csr', 'bcrc', 'bcr', 'pattern'];
