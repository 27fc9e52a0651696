/**
 * Who may import whom, one row per package folder: the lint rules and the consumer test read this table.
 * A package that is not a row here fails the lint, so a new package starts by saying where it stands.
 */
export interface Layer {
  readonly folder: string;
  readonly name: string;
  /** The packages of this workspace that its sources may import. */
  readonly imports: readonly string[];
  /** Further packages of this workspace that its tests alone may import. */
  readonly testImports?: readonly string[];
  /** Where it must run: `anywhere` excludes `node:` modules, `Buffer` and `process`. */
  readonly runs: 'anywhere' | 'node';
}

export const LAYERS: readonly Layer[] = [
  { folder: 'format', name: '@fretwork/format', imports: [], runs: 'anywhere' },
  { folder: 'datasets', name: '@fretwork/datasets', imports: [], runs: 'anywhere' },
  { folder: 'onnx', name: '@fretwork/onnx', imports: ['@fretwork/format'], runs: 'anywhere' },
  { folder: 'networks', name: '@fretwork/networks', imports: ['@fretwork/format'], testImports: ['@fretwork/reference'], runs: 'anywhere' },
  { folder: 'pruner', name: '@fretwork/pruner', imports: ['@fretwork/format'], testImports: ['@fretwork/reference'], runs: 'anywhere' },
  {
    folder: 'compiler', name: '@fretwork/compiler', imports: ['@fretwork/format'],
    testImports: ['@fretwork/conformance', '@fretwork/onnx', '@fretwork/reference'],
    runs: 'anywhere',
  },
  { folder: 'reference', name: '@fretwork/reference', imports: ['@fretwork/format'], runs: 'anywhere' },
  {
    folder: 'autodiff', name: '@fretwork/autodiff', imports: ['@fretwork/format', '@fretwork/onnx', '@fretwork/pruner', '@fretwork/reference'],
    testImports: ['@fretwork/datasets'],
    runs: 'anywhere',
  },
  {
    folder: 'conformance',
    name: '@fretwork/conformance',
    imports: ['@fretwork/format', '@fretwork/onnx', '@fretwork/reference'],
    testImports: ['@fretwork/datasets'],
    runs: 'anywhere',
  },
  {
    folder: 'runtime-wasm', name: '@fretwork/runtime-wasm', imports: ['@fretwork/format'],
    testImports: ['@fretwork/conformance', '@fretwork/datasets', '@fretwork/onnx', '@fretwork/reference'],
    runs: 'anywhere',
  },
  { folder: 'latency', name: '@fretwork/latency', imports: ['@fretwork/format'], testImports: ['@fretwork/networks'], runs: 'anywhere' },
  {
    folder: 'mapper-rules', name: '@fretwork/mapper-rules', imports: ['@fretwork/format', '@fretwork/latency'],
    testImports: ['@fretwork/networks', '@fretwork/pruner'],
    runs: 'anywhere',
  },
  {
    folder: 'mapper-search', name: '@fretwork/mapper-search',
    imports: ['@fretwork/autodiff', '@fretwork/datasets', '@fretwork/format', '@fretwork/latency', '@fretwork/mapper-rules', '@fretwork/pruner'],
    testImports: ['@fretwork/networks'],
    runs: 'node',
  },
  {
    folder: 'compiler-neon', name: '@fretwork/compiler-neon', imports: ['@fretwork/compiler', '@fretwork/format'],
    testImports: ['@fretwork/conformance', '@fretwork/onnx', '@fretwork/reference'],
    runs: 'anywhere',
  },
  {
    folder: 'compiler-opencl', name: '@fretwork/compiler-opencl', imports: ['@fretwork/compiler', '@fretwork/format'],
    testImports: ['@fretwork/conformance', '@fretwork/onnx', '@fretwork/reference'],
    runs: 'node',
  },
  {
    folder: 'bench', name: '@fretwork/bench',
    imports: ['@fretwork/compiler', '@fretwork/compiler-neon', '@fretwork/compiler-opencl', '@fretwork/format', '@fretwork/latency', '@fretwork/networks', '@fretwork/onnx', '@fretwork/pruner', '@fretwork/reference', '@fretwork/runtime-wasm'],
    runs: 'node',
  },
  {
    folder: 'cli',
    name: 'fretwork',
    imports: ['@fretwork/autodiff', '@fretwork/bench', '@fretwork/compiler', '@fretwork/compiler-neon', '@fretwork/compiler-opencl', '@fretwork/conformance', '@fretwork/datasets', '@fretwork/format', '@fretwork/latency', '@fretwork/mapper-rules', '@fretwork/mapper-search', '@fretwork/networks', '@fretwork/onnx', '@fretwork/pruner', '@fretwork/reference', '@fretwork/runtime-wasm'],
    runs: 'node',
  },
];
