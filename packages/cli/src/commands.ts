import { bench } from './commands/bench.js';
import { compile } from './commands/compile.js';
import { compress } from './commands/compress.js';
import { conformance } from './commands/conformance.js';
import { convert } from './commands/convert.js';
import { data } from './commands/data.js';
import { evalCommand } from './commands/eval.js';
import { explain } from './commands/explain.js';
import { inspect } from './commands/inspect.js';
import { latency } from './commands/latency.js';
import { map } from './commands/map.js';
import { prune } from './commands/prune.js';
import { reproduce } from './commands/reproduce.js';
import { run } from './commands/run.js';
import { sensitivity } from './commands/sensitivity.js';
import { train } from './commands/train.js';
import { verify } from './commands/verify.js';
import { willItBeFaster } from './commands/will-it-be-faster.js';
import { worker } from './commands/worker.js';
import type { Command } from './contract.js';

/** Every command, in the order that help lists them. */
export const COMMANDS: readonly Command[] = [
  inspect, explain, willItBeFaster, convert, compress, train, map, prune, sensitivity, reproduce, run, compile, evalCommand, verify, conformance, data, bench, latency, worker,
];
