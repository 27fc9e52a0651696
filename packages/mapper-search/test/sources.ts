/** Node's options to run the sources. */
export const FROM_SOURCES: readonly string[] = ['--conditions=@fretwork/source', '--import', new URL('./from-sources.mjs', import.meta.url).href];
