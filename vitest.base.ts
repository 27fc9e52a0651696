import { availableParallelism } from 'node:os';

import type { ViteUserConfig } from 'vitest/config';

/** Tests run the sources of every package: this condition of their `exports` leads to `src`, so no build is needed. */
const conditions: string[] = ['@fretwork/source', 'module', 'node', 'development|production'];

export const packageTests: ViteUserConfig = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    /** A test that passes without having asserted anything fails. */
    expect: { requireAssertions: true },
    /** The default leaves one core idle. */
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};
