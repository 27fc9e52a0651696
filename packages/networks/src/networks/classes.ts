import type { NetworkOption } from '../contract.js';

/** The option that every classifier has. */
export const classes = (usual: number): NetworkOption => ({ name: 'classes', says: 'outputs', default: usual, least: 1, most: 100_000 });
