/** The file that a worker of a browser runs. */
import { serve, type ThreadStart } from './serve.js';

/** As much of a worker's global object as is used: the compiler's own `dom` describes that of a page. */
interface Scope {
  addEventListener(type: 'message', listener: (event: { readonly data: ThreadStart }) => void, options: { readonly once: boolean }): void;
  postMessage(message: string, transfer: readonly []): void;
}

const scope = globalThis as unknown as Scope;

scope.addEventListener('message', ({ data }) => {
  // An exception would say less: what a page sees of it has no cause.
  serve(data, () => scope.postMessage('ready', [])).catch((error: unknown) => scope.postMessage(String(error), []));
}, { once: true });
