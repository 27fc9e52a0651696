export type { NetworkOption, NetworkOptions, NetworkRow, OptionValue } from './contract.js';
export { NETWORKS } from './table.js';
export { buildNetwork } from './build-network.js';
