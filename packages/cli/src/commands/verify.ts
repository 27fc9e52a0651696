import { checkModel, FretworkError, RULES } from '@fretwork/format';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { readModelFile } from '../model-file.js';

export const verify: Command = {
  name: 'verify',
  says: 'Checks a model file against every rule of the format; says which rule is broken, and where.',
  operands: ['MODEL'],
  options: [
    { name: 'rules', says: 'List the rules after the verdict.' },
    { name: 'json', says: 'Print the verdict as JSON: { ok, rules, code, message, details }.' },
  ],
  examples: ['fretwork verify pruned.bcr', 'fretwork verify --rules --json pruned.bcr'],
  notes: ['Ends with 0 where all rules hold, with 1 where one is broken, with 3 where the file cannot be read at all.'],
  run: async (args, terminal) => {
    const json = args.flag('json');
    const rules = args.flag('rules') ? RULES.map(({ code, says }) => ({ code, says })) : undefined;
    try {
      const { model } = await readModelFile(args.positionals[0]!);
      checkModel(model);
      terminal.out(json ? `${JSON.stringify({ ok: true, rules: rules ?? RULES.length }, undefined, 2)}\n` : `${args.positionals[0]}: all ${RULES.length} rules hold\n`);
      if (!json && rules !== undefined) for (const rule of rules) terminal.out(`  ${rule.code}: ${rule.says}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof FretworkError) || error.code.startsWith('path.')) throw error;
      const { cause: _, ...details } = error.details;
      if (json) terminal.out(`${JSON.stringify({ ok: false, rules: rules ?? RULES.length, code: error.code, message: error.message, details }, undefined, 2)}\n`);
      else terminal.err(`fretwork: ${args.positionals[0]}: ${error.message}\n`);
      return EXIT.no;
    }
  },
};
