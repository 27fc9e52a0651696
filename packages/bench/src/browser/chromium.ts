import { existsSync } from 'node:fs';
import { FretworkError } from '@fretwork/format';
import { optionalPackage } from '../optional-package.js';
import type { FoundChromium, OpenPage, PageOptions } from './contract.js';

/** No network, no first-run pages, no update: nothing but the page. */
const FLAGS: readonly string[] = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const USUAL_PLACES: readonly string[] = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

const HINT = 'install Debian\'s package chromium, or name the program in FRETWORK_CHROMIUM';

/** Where Chromium is: the path given, else FRETWORK_CHROMIUM, else the usual places. */
export function findChromium(asked: string | undefined = process.env['FRETWORK_CHROMIUM']): FoundChromium {
  const places = asked === undefined ? USUAL_PLACES : [asked];
  const path = places.find((place) => existsSync(place));
  return path === undefined ? { ok: false, reason: `there is no Chromium at ${places.join(', ')}`, hint: HINT } : { ok: true, path };
}

/**
 * Opens a page in a headless Chromium with a fresh profile, hands it to `use`, and closes all of it. Throws as the contract
 * says; an error that the page logs while `use` runs does not throw by itself, it stands in `errors`.
 */
export async function withPage<T>(options: PageOptions, use: (page: OpenPage) => Promise<T>): Promise<T> {
  const { url, flags = [], timeoutMs = 60_000, onLog, signal } = options;
  signal?.throwIfAborted();
  const found = findChromium(options.executable);
  if (!found.ok) throw new FretworkError('bench.chromium', found.reason, { hint: found.hint });
  const { chromium } = await optionalPackage('playwright-core', () => import('playwright-core'));
  // The sandbox needs rights that containers and the root user lack; pages here are our own.
  const browser = await chromium.launch({ executablePath: found.path, headless: true, chromiumSandbox: false, args: [...FLAGS, ...flags] })
    .catch((cause: unknown) => { throw new FretworkError('bench.chromium', `${found.path} did not start: ${firstLine(cause)}`, { hint: HINT, cause }); });
  const stop = (): void => void browser.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(timeoutMs);
    const errors: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); else onLog?.(message.text()); });
    page.on('pageerror', (error) => errors.push(String(error)));
    const session = await page.context().newCDPSession(page);
    await page.goto(url).catch((cause: unknown) => { throw pageError(`${url} did not load: ${firstLine(cause)}`, errors, cause); });
    return await use({
      version: browser.version(),
      errors,
      // Over the protocol itself: it alone is not bound by the page's content security policy.
      evaluate: async <R>(expression: string): Promise<R> => {
        const answer = await within(timeoutMs, session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }));
        if (answer.exceptionDetails !== undefined) {
          const { text, exception } = answer.exceptionDetails;
          throw pageError(exception?.description ?? (exception?.value === undefined ? text : String(exception.value)), errors);
        }
        return answer.result.value as R;
      },
      screenshot: () => page.screenshot(),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await browser.close();
  }
}

function pageError(says: string, errors: readonly string[], cause?: unknown): FretworkError {
  const logged = errors.length === 0 ? '' : `; the page logged: ${errors.join(' | ')}`;
  return new FretworkError('bench.page', `${says}${logged}`, { hint: 'open the page in a browser to see more', ...(cause === undefined ? {} : { cause }) });
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FretworkError('bench.page-timeout', `the page did not answer within ${timeoutMs} ms`, { hint: 'give it more time with timeoutMs' })), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const firstLine = (error: unknown): string => String((error as Error)?.message ?? error).split('\n')[0]!;
