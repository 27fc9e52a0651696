/**
 * The contract of the browser part of `@fretwork/bench`: pages served on loopback, and a Chromium that opens them.
 *
 * What it is. `serve` is a static server on 127.0.0.1 that sets the headers by which a browser decides what a page may do
 * (isolation for shared memory, content security policy). `withPage` starts Chromium, opens one page, and closes
 * everything again, also when something throws. `bundle` makes one module of sources that a page can load.
 *
 * What it is not. No web server for anything but tests and measurements: no compression, no caching, no ranges. No browser
 * of its own: Chromium is the host's, driven by `playwright-core`; both are optional, and `findChromium` says what is
 * missing.
 *
 * Who owns what. Whoever calls `serve` closes it. `withPage` owns browser, profile and page; none outlives it.
 *
 * What is thrown. `FretworkError`: `bench.chromium` (none found, or it did not start), `bench.package` (an optional package
 * is missing), `bench.page` (the page threw or logged an error, both told in its words), `bench.page-timeout`, and the
 * reason of `signal`.
 */

/** What stands under a URL prefix: a folder (as an absolute path or `file:` URL), or the bytes of one file. */
export type Mount = string | URL | Body;

/** One file made on the spot. */
export interface Body {
  readonly body: string | Uint8Array;
  /** Media type; left out: by the end of the URL. */
  readonly type?: string;
}

export interface ServeOptions {
  /**
   * URL path to what stands there; the longest that fits is taken. `/` with a folder serves `index.html` for `/` itself.
   * Folders never give files outside themselves.
   */
  readonly mounts: Readonly<Record<string, Mount>>;
  /** Send the COOP and COEP headers, without which a page gets no shared memory. Default false. */
  readonly isolated?: boolean;
  /** Value of `Content-Security-Policy`, such as `script-src 'self' 'wasm-unsafe-eval'`. Default: none is sent. */
  readonly csp?: string;
}

/** One answer that the server gave. */
export interface Answer {
  readonly path: string;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
}

export interface Served {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Every answer so far, in order. */
  readonly answers: readonly Answer[];
  close(): Promise<void>;
}

export interface PageOptions {
  readonly url: string;
  /** Path of Chromium. Default: as `findChromium` finds it. */
  readonly executable?: string;
  /** More flags for Chromium, such as `--js-flags=…`. */
  readonly flags?: readonly string[];
  /** Milliseconds that loading, and each evaluation, may take. Default 60000. */
  readonly timeoutMs?: number;
  /** What the page tells its console, errors apart. */
  readonly onLog?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface OpenPage {
  /** Of the browser, such as `156.0.8078.108`. */
  readonly version: string;
  /** Errors that the page logged or did not catch, in order. */
  readonly errors: readonly string[];
  /**
   * Value of an expression in the page as JSON, a promise awaited. Strict content security policies do not hinder it.
   * Throws `bench.page` with what the page threw and logged, `bench.page-timeout`.
   */
  evaluate<T>(expression: string): Promise<T>;
  /** PNG of what the window shows. */
  screenshot(): Promise<Uint8Array>;
}

export type FoundChromium =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string; readonly hint: string };
