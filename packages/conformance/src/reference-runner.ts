import { createInterpreter, type Interpreter } from '@fretwork/reference';
import type { Runner } from './contract.js';

/** `@fretwork/reference` as a runner: reads the model's layers directly, sparse weights from their tiles. */
export const referenceRunner = (): Runner<Interpreter> => ({
  id: 'reference',
  apiVersion: 1,
  load: (source) => ({ ok: true, session: createInterpreter(source.model()) }),
  run: (session, inputs) => session.run(inputs),
});
