import { referenceRunner, type Runner } from '@fretwork/conformance';
import type { OptionRow } from './contract.js';
import { usage } from './arguments.js';

/** What `--runtime` can name; the first is the default. */
const RUNTIMES: readonly { readonly id: string; readonly make: () => Runner }[] = [
  { id: 'reference', make: () => referenceRunner() as Runner },
];

export const RUNTIME_OPTION: OptionRow = { name: 'runtime', value: 'ID', says: `What runs the model: ${RUNTIMES.map((r) => r.id).join(', ')}. Default: ${RUNTIMES[0]!.id}.` };

export function runtime(id: string | undefined): Runner {
  const found = id === undefined ? RUNTIMES[0]! : RUNTIMES.find((r) => r.id === id);
  if (found === undefined) throw usage('runtime', `there is no runtime ${JSON.stringify(id)}; known: ${RUNTIMES.map((r) => r.id).join(', ')}`);
  return found.make();
}
