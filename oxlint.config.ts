import { defineConfig, type OxlintOverride } from 'oxlint';
import { LAYERS, type Layer } from './tools/layers.ts';

type Rules = NonNullable<OxlintOverride['rules']>;

/** The imports that a package may not make; `node:` modules are closed to sources that must run anywhere, not to their tests. */
function restrictedImports(layer: Layer, file: 'source' | 'source for node' | 'test'): NonNullable<Rules['no-restricted-imports']> {
  const open = file === 'test' ? [...layer.imports, ...layer.testImports ?? [], layer.name] : layer.imports;
  const closed = LAYERS.map((other) => other.name).filter((name) => !open.includes(name));
  const patterns = [
    { group: closed.flatMap((name) => [name, `${name}/**`]), message: `${layer.name} may import ${layer.imports.join(', ') || 'no package of this workspace'}; see tools/layers.ts` },
    { group: ['@fretwork/*/**'], message: 'Import a package by its name only: everything public is in its index.' },
  ];
  const node = { group: ['node:*', 'node:*/*'], message: `${layer.name} runs in browsers too: node: modules belong to its tests, or to a *.node.ts behind a condition of "imports".` };
  return ['error', { patterns: layer.runs === 'anywhere' && file === 'source' ? [...patterns, node] : patterns }];
}

const perPackage: OxlintOverride[] = LAYERS.flatMap((layer) => [
  {
    files: [`packages/${layer.folder}/src/**/*.ts`],
    rules: {
      'no-console': 'error',
      'no-restricted-imports': restrictedImports(layer, 'source'),
      ...(layer.runs === 'anywhere' && { 'no-restricted-globals': ['error', 'Buffer', 'process', 'require', '__dirname'] as const }),
    },
  },
  {
    files: [`packages/${layer.folder}/{src,test}/**/*.test.ts`, `packages/${layer.folder}/tools/**/*.ts`, `packages/${layer.folder}/test/**/*.ts`],
    rules: { 'no-restricted-imports': restrictedImports(layer, 'test'), 'no-restricted-globals': 'off', 'no-console': 'off' },
  },
  {
    files: [`packages/${layer.folder}/src/**/*.node.ts`],
    rules: { 'no-restricted-imports': restrictedImports(layer, 'source for node'), 'no-restricted-globals': 'off' },
  },
] satisfies OxlintOverride[]);

const unknownPackage: OxlintOverride = {
  files: ['packages/*/src/**/*.ts'],
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ group: ['@fretwork/*', 'fretwork'], message: 'This package is not a row of tools/layers.ts yet.' }] }],
  },
};

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  env: { builtin: true },
  ignorePatterns: ['**/dist/**', '**/out-tsc/**', '**/*.pb.js', '**/*.pb.d.ts', 'reports/**'],
  rules: {
    eqeqeq: 'error',
    'import/no-cycle': 'error',
    // Names from outside are searched for control characters on purpose.
    'no-control-regex': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'no-var': 'error',
    'prefer-const': 'error',
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    'typescript/no-explicit-any': 'error',
    // toSorted and toReversed are newer than the es2022 that packages are compiled for.
    'unicorn/no-array-reverse': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-new-array': 'off',
    'unicorn/prefer-node-protocol': 'error',
    // vitest.base.ts requires an assertion of every test as it runs, which sees through loops and functions.
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    // expect(value, message)
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
  },
  overrides: [unknownPackage, ...perPackage],
});
