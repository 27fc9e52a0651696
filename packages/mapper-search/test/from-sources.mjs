/** Lets threads and processes that tests start run the sources: `./x.js` is `./x.ts`. With `--conditions=@fretwork/source`. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (specifier.startsWith('.') && specifier.endsWith('.js')) return next(specifier.replace(/\.js$/, '.ts'), context);
      throw error;
    }
  },
});
