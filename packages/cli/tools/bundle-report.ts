/**
 * The script of `compress`'s report with all that it imports, in one file beside what the compiler makes: users need no bundler, and the
 * notices of what is inside go with it.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const build = await rolldown({ input: 'src/compress/report/client/main.ts', platform: 'browser', logLevel: 'warn' });
const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
await build.close();
const [{ code, moduleIds }] = output;
writeFileSync('dist/compress/report/client.bundle.js', `/*!\n${notices(moduleIds)}\n*/\n${code}`);

/** Name, version and licence of every package in the bundle; equal texts once. */
function notices(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  const texts = new Map<string, string[]>();
  for (const folder of folders) {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string };
    const file = globSync('{LICENSE,LICENCE}*', { cwd: folder })[0];
    if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${name} has no licence file`);
    const text = readFileSync(join(folder, file), 'utf8').trim().replaceAll('*/', '* /');
    texts.set(text, [...texts.get(text) ?? [], `${name} ${version}`]);
  }
  return [...texts].map(([text, names]) => `${names.join(', ')}:\n${text}`).join('\n\n');
}
