import fs from 'node:fs';
import { dirname } from 'node:path';
import { FretworkError, parseModel, printModel, readModel, writeModel, type Model } from '@fretwork/format';
import { exportModel, externalDataFrom, importModel } from '@fretwork/onnx';
import type { OptionRow } from './contract.js';
import { readFile, writeFile } from './files.js';

/** The forms a model has as a file; chosen by the end of the name. */
interface ModelForm {
  readonly form: 'bcr' | 'onnx' | 'text';
  readonly ends: readonly string[];
  readonly read: (bytes: Uint8Array, options: ReadModelOptions, folder: string) => Model;
  readonly write: (model: Model) => Uint8Array | string;
}

export interface ReadModelOptions {
  /** ONNX: weights with zeros become sparse, with the scheme that their zeros show. */
  readonly recogniseSparse?: boolean;
  /** ONNX: weights may stand in other files of the model's folder. */
  readonly externalData?: boolean;
}

/** For commands that read models whose weights may stand beside them. */
export const EXTERNAL_DATA_OPTION: OptionRow = { name: 'external-data', says: '.onnx in: allow weights in other files of the model\'s own folder.' };

const FORMS: readonly ModelForm[] = [
  { form: 'bcr', ends: ['.bcr'], read: (bytes) => readModel(bytes), write: writeModel },
  { form: 'onnx', ends: ['.onnx'], read: importOnnx, write: (model) => exportModel(model) },
  { form: 'text', ends: ['.bcr.txt', '.txt'], read: (bytes) => parseModel(textOf(bytes)), write: (model) => printModel(model) },
];

function importOnnx(bytes: Uint8Array, { recogniseSparse = false, externalData = false }: ReadModelOptions, folder: string): Model {
  return importModel(bytes, { recogniseSparse, ...(externalData ? { externalData: externalDataFrom(fs, folder) } : {}) });
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new FretworkError('text.encoding', 'this is no UTF-8 text', { hint: 'a model in another form keeps its own ending: .onnx or .bcr', cause: error });
  }
}

function formOf(path: string): ModelForm {
  const form = FORMS.find(({ ends }) => ends.some((end) => path.toLowerCase().endsWith(end)));
  if (form === undefined) {
    throw new FretworkError('path.form', `${path}: the end of the name does not say what kind of model this is`, {
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
  const bytes = await readFile(path);
  const form = formOf(path);
  return { model: form.read(bytes, options, dirname(path)), bytes, form: form.form };
}

/** Bytes written. */
export async function writeModelFile(path: string, model: Model): Promise<number> {
  const written = formOf(path).write(model);
  await writeFile(path, written);
  return typeof written === 'string' ? new TextEncoder().encode(written).length : written.length;
}

/** Throws `path.form` before any work is done. */
export const checkModelPath = (path: string): void => void formOf(path);
