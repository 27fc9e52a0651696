import { loadDataset, ndArray, readNpz, readZip, writeNpy, type DatasetErrorCode } from '@fretwork/datasets';
import { ascii } from './forge.js';
import { zip, zipWith, type ZipFile } from './forge-zip.js';

const file: ZipFile = { name: 'x.npy', data: writeNpy(ndArray('u8', [300], new Uint8Array(300))) };
const packed: ZipFile = { ...file, deflate: true };
const whole = zip(file);

/** The rows of the refusals' table that speak of ZIP and NPZ archives. */
export const ZIP_REFUSALS: readonly (readonly [code: DatasetErrorCode, what: string, call: () => unknown])[] = [
  ['zip.magic', 'nothing', () => readZip(new Uint8Array(0))],
  ['zip.magic', 'a cut archive', () => readZip(whole.slice(0, -1))],
  ['zip.magic', 'something behind the end', () => readZip(new Uint8Array([...whole, 0]))],
  ['zip.directory', 'a directory past the end', () => readZip(zipWith({ size: 5000 }, [file]))],
  ['zip.directory', 'a directory elsewhere', () => readZip(zipWith({ start: 3 }, [file]))],
  ['zip.directory', 'more entries declared', () => readZip(zipWith({ count: 2 }, [file]))],
  ['zip.directory', 'fewer entries declared', () => readZip(zipWith({ count: 0 }, [file]))],
  ['zip.directory', 'data past the directory', () => readZip(zip({ ...file, packedSize: 2 ** 31, size: 2 ** 31 }))],
  ['zip.directory', 'an entry past the directory', () => readZip(zip({ ...file, offset: 100_000 }))],
  ['zip.directory', 'an entry that is none', () => readZip(zip({ ...file, offset: 1 }))],
  ['zip.directory', 'two names for one entry', () => readZip(zip({ ...file, localName: 'y.npy' }))],
  ['zip.directory', 'a stored file of another size', () => readZip(zip({ ...file, size: 5 }))],
  ['zip.feature', 'encryption', () => readZip(zip({ ...file, flags: 1 }))],
  ['zip.feature', 'bzip2', () => readZip(zip({ ...file, method: 12 }))],
  ['zip.feature', 'ZIP64 sizes', () => readZip(zip({ ...packed, size: 0xffffffff }))],
  ['zip.feature', 'a ZIP64 directory', () => readZip(zipWith({ start: 0xffffffff }, [file]))],
  ['zip.feature', 'a second disk', () => readZip(zipWith({ disk: 1 }, [file]))],
  ['zip.feature', 'a file that is no array', () => readNpz(zip({ name: 'x.txt', data: ascii('x') }))],
  ['zip.duplicate', 'a name twice', () => readZip(zip(file, file))],
  ['zip.corrupt', 'a wrong checksum', () => readZip(zip({ ...file, crc: 1 }))],
  ['zip.corrupt', 'a wrong checksum, deflated', () => readZip(zip({ ...packed, crc: 1 }))],
  ['zip.corrupt', 'more than declared', () => readZip(zip({ ...packed, size: 100 }))],
  ['zip.corrupt', 'less than declared', () => readZip(zip({ ...packed, size: 1000 }))],
  ['zip.corrupt', 'no deflated data', () => readZip(zip({ ...file, method: 8 }))],
  ['zip.limit', 'more than allowed, in all', () => readZip(zip(file, { ...packed, name: 'y.npy' }), { limit: 500 })],
  ['zip.limit', 'a bomb that says so', () => readZip(zip({ ...packed, data: new Uint8Array(3_000_000) }), { limit: 1_000_000 })],
  ['npy.magic', 'an array that is none', () => readNpz(zip({ ...file, data: ascii('none') }))],
  ['npz.name', 'an array that is not there', () => loadDataset('npz:a.npz,x,labels', { readFile: async () => whole })],
];
