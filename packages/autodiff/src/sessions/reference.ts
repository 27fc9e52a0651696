import { createInterpreter } from '@fretwork/reference';
import type { SessionFactory } from '../contract.js';

/** The interpreter of `@fretwork/reference`: float64 inside, slow, and what other engines are checked against. */
export const referenceSessions: SessionFactory = {
  name: 'reference',
  create: async (model) => {
    const interpreter = createInterpreter(model);
    return {
      run: async (inputs) => ({ outputs: interpreter.run(inputs), release: () => {} }),
      dispose: async () => {},
    };
  },
};
