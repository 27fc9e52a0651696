import { defineConfig, retrain, uniform, wasm } from 'fretwork';

export default defineConfig({
  data: { train: 'kws', holdout: 200 },
  target: wasm(),
  // Columns that 16 rows share, along the whole row: the fewest and longest runs of products.
  mapper: uniform({ kind: 'bcr', rate: 4, blockRows: 16, blockColumns: 512, rowShare: 0 }),
  pruner: retrain({ method: 'calibrated', retrainEpochs: 16, distillation: 0.6 }),
  // The ten features of a step are few and each counts: 12,000 of 494,400 weights read them.
  smallest: 20_000,
  training: { batch: 32, learningRate: 0.002, augment: ['slide=4', 'noise=0.3'] },
  rate: 7, seed: 1,
});
