import { FretworkError } from '@fretwork/format';

/** A package that not everyone needs, imported when it is. Throws `bench.package` with what to install. */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new FretworkError('bench.package', `${name} cannot be imported: ${String((cause as Error).message).split('\n')[0]}`, { hint: `npm install ${name}`, cause });
  }
}
