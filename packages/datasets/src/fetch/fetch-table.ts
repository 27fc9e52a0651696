/** A file of a public set at its origin. */
export interface OriginFile {
  /** Name in the set's folder. */
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  /** 64 hexadecimal digits, small letters. */
  readonly sha256: string;
}

/** A row of `PUBLIC_SETS`: a data set that can be downloaded, into a folder of its name. */
export interface PublicSet {
  readonly name: string;
  readonly licence: string;
  readonly files: readonly OriginFile[];
  /** What `loadDataset` takes with the cache as its `root`. */
  readonly specs: readonly string[];
}

const MNIST = 'https://storage.googleapis.com/cvdf-datasets/mnist';
/** The origin has no https; the checksums stand for it. */
const FASHION = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com';

/** The sets that `fetchDataset` knows, one row each. Only sets whose checksums are widely published and which `loadDataset` can read as they come. */
export const PUBLIC_SETS: readonly PublicSet[] = [
  {
    name: 'mnist',
    licence: 'CC BY-SA 3.0',
    files: [
      { name: 'train-images-idx3-ubyte.gz', url: `${MNIST}/train-images-idx3-ubyte.gz`, bytes: 9_912_422, sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609' },
      { name: 'train-labels-idx1-ubyte.gz', url: `${MNIST}/train-labels-idx1-ubyte.gz`, bytes: 28_881, sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c' },
      { name: 't10k-images-idx3-ubyte.gz', url: `${MNIST}/t10k-images-idx3-ubyte.gz`, bytes: 1_648_877, sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6' },
      { name: 't10k-labels-idx1-ubyte.gz', url: `${MNIST}/t10k-labels-idx1-ubyte.gz`, bytes: 4_542, sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6' },
    ],
    specs: ['mnist/official-train', 'mnist/official-test'],
  },
  {
    name: 'fashion-mnist',
    licence: 'MIT',
    files: [
      { name: 'train-images-idx3-ubyte.gz', url: `${FASHION}/train-images-idx3-ubyte.gz`, bytes: 26_421_880, sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84' },
      { name: 'train-labels-idx1-ubyte.gz', url: `${FASHION}/train-labels-idx1-ubyte.gz`, bytes: 29_515, sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845' },
      { name: 't10k-images-idx3-ubyte.gz', url: `${FASHION}/t10k-images-idx3-ubyte.gz`, bytes: 4_422_102, sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073' },
      { name: 't10k-labels-idx1-ubyte.gz', url: `${FASHION}/t10k-labels-idx1-ubyte.gz`, bytes: 5_148, sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5' },
    ],
    specs: ['fashion-mnist/train', 'fashion-mnist/test'],
  },
];
