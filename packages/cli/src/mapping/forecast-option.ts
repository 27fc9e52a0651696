import { forecast } from '@fretwork/mapper-rules';
import { numbersOption, usage } from '../arguments.js';
import type { Arguments, OptionRow, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { latencyModelOf, TARGET_OPTIONS } from '../latency-model.js';
import { EXTERNAL_DATA_OPTION, readModelFile } from '../model-file.js';
import { asRun } from './as-run.js';
import { forecastTable } from './plan-table.js';

export const FORECAST_OPTIONS: readonly OptionRow[] = [
  ...TARGET_OPTIONS,
  { name: 'rates', value: 'N,N…', says: 'Rates to look at. Default: 2,4,8,16.' },
];

/** What `will-it-be-faster` and `explain --target` do. Exit code 1 where the answer is no. */
export async function runForecast(args: Arguments, terminal: Terminal): Promise<number> {
  const rates = numbersOption(args, 'rates');
  if (rates?.some((rate) => rate < 1) === true) throw usage('number', '--rates are numbers of at least 1', args.command);
  const file = await readModelFile(args.positionals[0]!, { externalData: args.flag(EXTERNAL_DATA_OPTION.name) });
  const latency = await latencyModelOf(args, terminal);
  const { model, inputShapes } = asRun(file.model, args);
  const found = forecast(model, latency, { inputShapes, ...(rates !== undefined && { rates }) });
  terminal.out(args.flag('json') ? `${JSON.stringify(found, undefined, 2)}\n` : forecastTable(found));
  return found.answer === 'no' ? EXIT.no : EXIT.ok;
}
