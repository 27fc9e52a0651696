/**
 * Copies the generated protobuf modules (`*.pb.js`, `*.pb.d.ts`), which the compiler does not emit, from `src` to `dist` of the package
 * in the current folder. Part of each package's build.
 */
import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

for (const file of globSync('**/*.pb.{js,d.ts}', { cwd: 'src' })) {
  const target = join('dist', file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join('src', file), target);
}
