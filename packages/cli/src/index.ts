export { main } from './main.js';
export { COMMANDS } from './commands.js';
export { EXIT, type Arguments, type Command, type OptionRow, type Terminal } from './contract.js';
