import { readFile, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer, Body, Mount, ServeOptions, Served } from './contract.js';
import { mediaType } from './media-types.js';

/** Serves `mounts` on 127.0.0.1, on a port that the system picks. */
export async function serve(options: ServeOptions): Promise<Served> {
  const headers = headersOf(options);
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    void answer(request, response, options.mounts, headers, (given) => answers.push(given));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    close: () => new Promise((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      server.closeAllConnections();
    }),
  };
}

function headersOf({ isolated = false, csp }: ServeOptions): Readonly<Record<string, string>> {
  return {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(isolated ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'same-origin' } : {}),
    ...(csp === undefined ? {} : { 'Content-Security-Policy': csp }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, mounts: ServeOptions['mounts'], headers: Readonly<Record<string, string>>, tell: (answer: Answer) => void): Promise<void> {
  const path = pathOf(request);
  const send = (status: number, type: string, body: string | Uint8Array): void => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    tell({ path, status, bytes: bytes.length });
    response.writeHead(status, { ...headers, 'Content-Type': type, 'Content-Length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, mediaType('.txt'), 'only GET and HEAD\n');
  const found = await bodyAt(path, mounts);
  return found === undefined ? send(404, mediaType('.txt'), `nothing at ${path}\n`) : send(200, found.type ?? mediaType(path), found.body);
}

/** Without query, decoded; the empty text where it cannot be decoded, which nothing stands under. */
function pathOf(request: IncomingMessage): string {
  try {
    return decodeURIComponent(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
  } catch {
    return '';
  }
}

async function bodyAt(path: string, mounts: ServeOptions['mounts']): Promise<Body | undefined> {
  const fits = (prefix: string): boolean => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  const prefix = Object.keys(mounts).filter(fits).sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return undefined;
  const mount = mounts[prefix]!;
  if (isBody(mount)) return path === prefix ? mount : undefined;
  return fileIn(typeof mount === 'string' ? mount : fileURLToPath(mount), path.slice(prefix.length));
}

const isBody = (mount: Mount): mount is Body => typeof mount === 'object' && 'body' in mount;

async function fileIn(folder: string, rest: string): Promise<Body | undefined> {
  const name = rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, name));
    return file.startsWith(`${root}${sep}`) ? { body: await readFile(file), type: mediaType(name) } : undefined;
  } catch {
    return undefined;
  }
}
