import { FretworkError, quote } from '../error.js';
import { streamSource, type ByteSource } from './byte-source.js';

/**
 * A file behind an address, by the host's `fetch`; a relative one is relative to the page or worker. Throws `load.fetch` where
 * there is no answer, `load.status` where the answer is another than 200.
 */
export async function openAddress(address: string | URL, signal: AbortSignal | undefined): Promise<ByteSource> {
  const shown = withoutSecrets(String(address));
  requireNoCredentials(String(address), shown);
  const response = await fetch(address, { signal: signal ?? null }).catch((cause: unknown): never => {
    throw new FretworkError('load.fetch', `${shown} cannot be fetched`, {
      cause, hint: 'see the cause; in a page also connect-src of its policy, and CORS',
    });
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new FretworkError('load.status', `${shown} is not there to be read`, {
      expected: 'status 200', actual: `${response.status} ${response.statusText}`.trimEnd(), hint: nextStep(response.status),
    });
  }
  return { ...streamSource(response.body, undefined), claimedSize: claimedSize(response.headers) };
}

/** What the server says of the length, where it speaks of the file and not of a compressed form of it. */
function claimedSize(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') || !/^\d{1,15}$/.test(length) ? undefined : Number(length);
}

function nextStep(status: number): string {
  if (status === 401 || status === 403) return 'fetch it yourself, and pass the body of the response';
  if (status === 404 || status === 410) return 'check the address';
  if (status === 429 || status >= 500) return 'try again later';
  return 'open it in a browser';
}

/** `fetch` refuses such an address with a message that repeats the password. */
function requireNoCredentials(address: string, shown: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(address)) return;
  throw new FretworkError('load.fetch', `${shown} has a user name, which fetch refuses`, {
    hint: 'fetch it yourself, and pass the body of the response',
  });
}

/** Tokens stand in the query and before the @. */
function withoutSecrets(address: string): string {
  const [place, query] = address.replace(/#.*$/s, '').split(/\?(.*)/s) as [string, string | undefined];
  return quote(place.replace(/\/\/[^/]*@/, '//…@') + (query === undefined ? '' : '?…'));
}
