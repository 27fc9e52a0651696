/**
 * The last step of each package's build, run in the package's folder, for what the compiler does not do:
 * 1. copies the generated protobuf modules (`*.pb.js`, `*.pb.d.ts`) from `src` to `dist`;
 * 2. removes from `dist` what no source makes any more, so that a renamed file is not published twice;
 * 3. puts the licence beside `package.json`, where `npm pack` takes it from.
 */
import { copyFileSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

for (const file of globSync('**/*.pb.{js,d.ts}', { cwd: 'src' })) {
  const target = join('dist', file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join('src', file), target);
}

for (const file of globSync('**/*.{js,d.ts,d.ts.map}', { cwd: 'dist' })) {
  const stem = file.replace(/\.(js|d\.ts|d\.ts\.map)$/, '');
  const made = existsSync(join('src', `${stem}.ts`)) || existsSync(join('src', file));
  if (!made) rmSync(join('dist', file));
}

copyFileSync('../../LICENSE', 'LICENSE');
