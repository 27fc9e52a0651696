import { FretworkError, parseModel, printModel, readModel, writeModel, type Model } from '@fretwork/format';
import { exportModel, importModel } from '@fretwork/onnx';
import { readFile, writeFile } from './files.js';

/** The forms a model has as a file; chosen by the end of the name. */
interface ModelForm {
  readonly form: 'bcr' | 'onnx' | 'text';
  readonly ends: readonly string[];
  readonly read: (bytes: Uint8Array, options: ReadModelOptions) => Model;
  readonly write: (model: Model) => Uint8Array | string;
}

export interface ReadModelOptions {
  /** ONNX: weights with zeros become sparse, with the scheme that their zeros show. */
  readonly recogniseSparse?: boolean;
}

const FORMS: readonly ModelForm[] = [
  { form: 'bcr', ends: ['.bcr'], read: (bytes) => readModel(bytes), write: writeModel },
  { form: 'onnx', ends: ['.onnx'], read: (bytes, { recogniseSparse = false }) => importModel(bytes, { recogniseSparse }), write: (model) => exportModel(model) },
  { form: 'text', ends: ['.bcr.txt', '.txt'], read: (bytes) => parseModel(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), write: (model) => printModel(model) },
];

function formOf(path: string): ModelForm {
  const form = FORMS.find(({ ends }) => ends.some((end) => path.toLowerCase().endsWith(end)));
  if (form === undefined) {
    throw new FretworkError('file.form', `${path}: the end of the name does not say what kind of model this is`, {
      expected: FORMS.flatMap(({ ends }) => ends).join(', '), hint: 'rename the file, or convert it first',
    });
  }
  return form;
}

export interface ModelFile {
  readonly model: Model;
  readonly bytes: Uint8Array;
  readonly form: ModelForm['form'];
}

export async function readModelFile(path: string, options: ReadModelOptions = {}): Promise<ModelFile> {
  const form = formOf(path);
  const bytes = await readFile(path);
  return { model: form.read(bytes, options), bytes, form: form.form };
}

/** Bytes written. */
export async function writeModelFile(path: string, model: Model): Promise<number> {
  const written = formOf(path).write(model);
  await writeFile(path, written);
  return typeof written === 'string' ? new TextEncoder().encode(written).length : written.length;
}

/** Throws `file.form` before any work is done. */
export const checkModelPath = (path: string): void => void formOf(path);
