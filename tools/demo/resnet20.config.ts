import { defineConfig, retrain, uniform, wasm } from 'fretwork';

export default defineConfig({
  // The network has seen all training images: rates are chosen by test images that the final test leaves out.
  data: { train: 'cifar10', validation: 'cifar10/test[0:200]', test: 'cifar10/test[200:509]', scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  target: wasm(),
  mapper: uniform({ kind: 'bcr', rate: 1.6, blockRows: 4, blockColumns: 16, rowShare: 0.5 }),
  // Re-fitted on 256 images without labels; two epochs on the 5,085 lossless images at hand lost more than they won.
  pruner: retrain({ method: 'calibrated', retrainEpochs: 0, shares: 'error' }),
  training: { batch: 64 },
  rate: 1.6, seed: 1,
});
