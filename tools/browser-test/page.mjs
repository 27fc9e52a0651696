/** What runs in the page: the conformance kit on `@fretwork/runtime-wasm`, from the sources, one suite in one way per call. */
import { casesFromTree, randomCases, runCases, sourceFromOnnx, treeOf } from '@fretwork/conformance';
import { gunzip, readUstar } from '@fretwork/datasets';
import { dense } from '@fretwork/format';
import { runner } from '../../packages/runtime-wasm/test/runner.ts';

const SEED = 20261125;
/** Utterances of each keyword model. */
const UTTERANCES = 8;

const bytesOf = async (path) => {
  const response = await fetch(`/data/${path}`);
  if (!response.ok) throw new Error(`/data/${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};
const floatsOf = async (path) => new Float32Array((await gunzip(await bytesOf(path))).slice().buffer);

/** A keyword model with features of recorded words, and what the original TensorFlow graph said of them. */
const keywordCase = (name) => ({
  name,
  load: async () => {
    const source = sourceFromOnnx(await bytesOf(`kws/models/${name}.onnx`));
    const [[input], [output]] = [source.model().inputs, source.model().outputs];
    const shape = [UTTERANCES, ...input.shape.slice(1)];
    const features = await floatsOf(`kws/mfcc_${name === 'GRU_S' ? '25x10' : '49x10'}.f32.gz`);
    const logits = await floatsOf(`kws/tf_logits_${name}.f32.gz`);
    return {
      source,
      dataSets: [{
        name: 'TensorFlow',
        inputs: { [input.name]: dense('f32', shape, features.slice(0, shape.reduce((a, b) => a * b, 1))) },
        outputs: { [output.name]: dense('f32', [UTTERANCES, 12], logits.slice(0, 12 * UTTERANCES)) },
      }],
    };
  },
});

const SUITES = {
  'ONNX cases': async () => casesFromTree(treeOf(readUstar(await gunzip(await bytesOf('onnx-node-tests/node.tar.gz'))))),
  'models': async (paths) => casesFromTree({ paths, read: (path) => bytesOf(`models/${path}`) }),
  'keyword models': async () => ['CRNN_S', 'DS_CNN_S', 'DS_CNN_L', 'GRU_S', 'GRU_L'].map(keywordCase),
  'random layers': async (count) => randomCases({ seed: SEED, count }),
};

/** A runtime that got fewer threads than asked for would pass with one. */
const strictRunner = (level, threads) => {
  const { load, ...rest } = runner(level, threads);
  return {
    ...rest,
    load: async (source) => {
      const loaded = await load(source);
      const found = loaded.ok ? loaded.session.report().threads : undefined;
      if (found !== undefined && found.count !== threads) throw new Error(`${found.count} threads: ${found.why}`);
      return loaded;
    },
  };
};

globalThis.runSuite = async (suite, { level, threads }, about) => {
  const { passed, refused, failed, cases } = await runCases(strictRunner(level, threads), await SUITES[suite](about));
  return { passed, refused, failed, others: cases.filter(({ status }) => status !== 'passed').map(({ name, status, reason }) => ({ name, status, reason })) };
};
