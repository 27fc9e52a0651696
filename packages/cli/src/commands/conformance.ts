import { readdir, readFile as read, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { casesFromTree, folderTree, modelCase, runCases, treeOf, type Case } from '@fretwork/conformance';
import { gunzip, readUstar } from '@fretwork/datasets';
import { FretworkError } from '@fretwork/format';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { readFile } from '../files.js';
import { readModelFile } from '../model-file.js';
import { plain } from '../print-table.js';
import { RUNTIME_OPTION, runtime } from '../runtimes.js';

export const conformance: Command = {
  name: 'conformance',
  says: 'Runs ONNX backend-test cases, or one model on drawn inputs, and reports passed, refused and failed.',
  operands: ['DIR|MODEL'],
  options: [
    RUNTIME_OPTION,
    { name: 'json', says: 'Print { passed, refused, failed, cases: [{ name, status, reason }] }.' },
  ],
  examples: ['fretwork conformance onnx/backend/test/data/node', 'fretwork conformance node.tar.gz --json', 'fretwork conformance pruned.bcr'],
  notes: [
    'DIR holds folders with model.onnx and test_data_set_0/{input,output}_0.pb; a .tar or .tar.gz of such a folder will do.',
    'MODEL (.bcr, .onnx): the runtime must give what the reference gives on the same weights as dense tensors.',
    'Ends with 1 where a case failed.',
  ],
  run: async (args, terminal) => {
    const cases = await casesAt(args.positionals[0]!);
    if (cases.length === 0) {
      throw new FretworkError('conformance.empty', `${args.positionals[0]} holds no case`, { expected: 'folders with model.onnx and test_data_set_0', hint: 'name the folder above the cases' });
    }
    const json = args.flag('json');
    const report = await runCases(runtime(args.text('runtime')), cases, {
      onCase: (result, done, total) => {
        if (!json && result.status !== 'passed') terminal.out(`${result.status.padEnd(8)} ${plain(result.name)}: ${plain(result.reason, 300)}\n`);
        else if (done % 50 === 0 && done < total) terminal.err(`${done} of ${total}\n`);
      },
    });
    const { runner, passed, refused, failed } = report;
    terminal.out(json ? `${JSON.stringify({ passed, refused, failed, cases: report.cases.map(({ name, status, reason }) => ({ name, status, reason })) }, undefined, 2)}\n` : `${runner}: ${passed} passed, ${refused} refused, ${failed} failed\n`);
    return failed === 0 ? EXIT.ok : EXIT.no;
  },
};

async function casesAt(path: string): Promise<readonly Case[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    const fs = { readdir: (p: string, o: { readonly recursive: true }) => readdir(p, o), readFile: read };
    return casesFromTree(await folderTree(path, fs), basename(resolve(path)));
  }
  if (/\.(tar|tgz|tar\.gz)$/.test(path)) {
    const bytes = await readFile(path);
    const tar = path.endsWith('.tar') ? bytes : await gunzip(bytes);
    return casesFromTree(treeOf(readUstar(tar)));
  }
  return [modelCase((await readModelFile(path)).model)];
}
