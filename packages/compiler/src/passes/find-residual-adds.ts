import type { Pass } from '../contract.js';
import { planResidualAdds } from '../plan/residual-adds.js';

export const findResidualAdds: Pass = {
  name: 'find-residual-adds',
  says: 'Says which additions a convolution or matrix product can do while it stores what it makes; the model stays as it is.',
  run: (model) => ({
    model,
    notes: planResidualAdds(model).map((row) => (row.ok
      ? { layer: row.add, outcome: 'plan', says: `${row.into} can add ${row.residual} while it stores`, into: row.into }
      : { layer: row.add, outcome: 'kept', says: row.reason })),
  }),
};
