import { appendFile, mkdir, readFile as read, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fetchDataset, NAMED_SETS, PUBLIC_SETS, type DataCache } from '@fretwork/datasets';
import { usage } from '../arguments.js';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { percent, printTable } from '../print-table.js';
import { interruptible } from '../training/interruption.js';

export const data: Command = {
  name: 'data',
  says: 'Lists the data sets that go by a name (data list), or downloads a public one with its checksums (data fetch NAME).',
  operands: ['list|fetch', '[NAME]'],
  options: [
    { name: 'into', value: 'DIR', says: 'The folder of the data sets. Default: FRETWORK_DATA_DIR.' },
    { name: 'json', says: 'Print as JSON.' },
  ],
  examples: ['fretwork data list', 'fretwork data fetch fashion-mnist --into data'],
  notes: ['A download that stopped goes on where it was. Nothing stands under its name before its checksum is proven.'],
  run: async (args, terminal) => {
    const [does, name] = args.positionals;
    if (does === 'list') {
      const fetched = new Set(PUBLIC_SETS.map((set) => set.name));
      const rows = NAMED_SETS.flatMap((set) => set.splits.map((split, i) => ({
        spec: `${set.name}/${split.name}`, says: i === 0 ? `${set.says}; ${split.says}` : split.says, licence: set.licence, fetch: fetched.has(set.name),
      })));
      terminal.out(args.flag('json') ? `${JSON.stringify(rows, undefined, 2)}\n` : printTable(['--data', 'fetch', 'what', 'licence'], rows.map((row) => [row.spec, row.fetch ? 'yes' : '–', row.says, row.licence])));
      return EXIT.ok;
    }
    if (does !== 'fetch') throw usage('operand', `data knows list and fetch NAME, not ${JSON.stringify(does)}`, 'data');
    if (name === undefined) throw usage('operand', `data fetch needs a NAME: ${PUBLIC_SETS.map((set) => set.name).join(', ')}`, 'data');
    const root = args.text('into') ?? process.env['FRETWORK_DATA_DIR'];
    if (root === undefined) throw usage('into', 'data fetch needs --into DIR, or FRETWORK_DATA_DIR', 'data');
    let shown = 0;
    const result = await interruptible('run it again: it goes on where it was', (signal) => fetchDataset(name, {
      cache: folderCache(root), fetch: globalThis.fetch, signal,
      onProgress: ({ file, receivedInAll, bytesInAll }) => {
        if (Date.now() - shown < 1000) return;
        shown = Date.now();
        terminal.err(`${file}: ${percent(receivedInAll / bytesInAll)} of all\n`);
      },
    }));
    terminal.out(args.flag('json') ? `${JSON.stringify(result, undefined, 2)}\n`
      : `${printTable(['file', 'outcome'], result.files.map(({ path, outcome }) => [join(root, path), outcome]))}use it as ${result.specs.map((spec) => `--data ${spec}`).join(', ')} with FRETWORK_DATA_DIR=${root}\n`);
    return EXIT.ok;
  },
};

/** A folder of files, made as they are needed. */
function folderCache(root: string): DataCache {
  const at = (path: string): string => join(root, path);
  return {
    size: (path) => stat(at(path)).then(({ size }) => size, () => undefined),
    read: async (path) => new Uint8Array(await read(at(path))),
    append: async (path, bytes) => {
      await mkdir(dirname(at(path)), { recursive: true });
      await appendFile(at(path), bytes);
    },
    rename: (from, to) => rename(at(from), at(to)),
    remove: (path) => rm(at(path), { force: true }),
  };
}
