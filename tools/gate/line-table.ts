/** Lines per source file: the size of the code as a number that is looked at. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const LONG = 400;

interface SourceFile {
  readonly path: string;
  readonly lines: number;
}

/** The sources that git knows or would take in, without generated code. Throws where git is missing. */
function sourceFiles(): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', '*.js'], { encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((path) => path !== '' && existsSync(path) && !/\.pb\.(js|d\.ts)$/.test(path))
    .map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length - 1 }));
}

/** A report, not a check: it warns of long files and fails nothing. */
export function lineTable(): string {
  let files: readonly SourceFile[];
  try {
    files = sourceFiles();
  } catch (error) {
    return `lines per file: not counted: ${(error as Error).message}`;
  }
  const groups = Map.groupBy(files, (file) => `${groupOf(file.path)}${isTest(file.path) ? ' (tests)' : ''}`);
  const rows = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, members]) => {
    const lines = members.map((file) => file.lines).sort((a, b) => a - b);
    const at = (share: number): number => lines[Math.min(lines.length - 1, Math.floor(share * lines.length))]!;
    return [group, members.length, at(0.5), at(0.9), lines.at(-1)!, lines.reduce((a, b) => a + b, 0)];
  });
  const table = [['lines per file', 'files', 'median', 'p90', 'longest', 'total'], ...rows]
    .map((row) => row.map((cell, i) => (i === 0 ? String(cell).padEnd(30) : String(cell).padStart(8))).join('')).join('\n');
  const long = files.filter((file) => file.lines > LONG).map((file) => `warning: ${file.path} has ${file.lines} lines, more than ${LONG}`);
  return [table, ...long].join('\n');
}

const groupOf = (path: string): string => /^packages\/[^/]+/.exec(path)?.[0] ?? (path.startsWith('tools/') ? 'tools' : 'top');
const isTest = (path: string): boolean => path.endsWith('.test.ts') || /^packages\/[^/]+\/test\//.test(path);
