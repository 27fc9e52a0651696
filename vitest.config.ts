import { defineConfig } from 'vitest/config';

/** All packages in one run; each has its own `vitest.config.ts`. */
export default defineConfig({ test: { projects: ['packages/*'] } });
