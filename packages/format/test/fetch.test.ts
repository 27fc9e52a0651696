import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { FretworkError, loadModel, writeModel, type LoadOptions, type LoadProgress, type ModelSource } from '../src/index.js';
import { openFile } from '../src/container/file.browser.js';
import { sampleModel } from './sample-model.js';

const bytes = writeModel(sampleModel());
const servers: Server[] = [];
afterAll(() => servers.forEach((server) => {
  server.closeAllConnections();
  server.close();
}));

/** The address of a server on this machine that answers so. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/small.bcr`;
}

const whole: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': bytes.length });
  response.end(bytes);
};

const failure = async (source: ModelSource, options?: LoadOptions): Promise<FretworkError> => {
  const error: unknown = await loadModel(source, options).then(() => undefined, (e: unknown) => e);
  if (!(error instanceof FretworkError)) throw new Error(`no FretworkError: ${String(error)}`);
  return error;
};

describe('loadModel from an address', () => {
  it('gives the model, by text and by URL, on a host without files too', async () => {
    const address = await serve(whole);
    expect(await loadModel(address)).toEqual(sampleModel());
    expect(await loadModel(new URL(address))).toEqual(sampleModel());
    const source = await openFile(address, undefined);
    expect(source).toMatchObject({ size: undefined, claimedSize: bytes.length });
    await source.close();
  });

  it('knows the length before the header is there, and stops at a header that is refused', async () => {
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => { closed = resolve; });
    const address = await serve((_, response) => {
      response.on('close', closed);
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 40));
      setTimeout(() => response.write(bytes.subarray(40, bytes.length - 1)), 50);
    });
    const seen: LoadProgress[] = [];
    await expect(loadModel(address, { onProgress: (progress) => void seen.push(progress), onHeader: () => { throw new Error('no'); } })).rejects.toThrow('no');
    expect(seen[0]).toEqual({ loadedBytes: 40, fileBytes: bytes.length });
    await gone;
  });

  it('does not take the length of a compressed answer for that of the file', async () => {
    const packed = gzipSync(bytes);
    const address = await serve((_, response) => {
      response.writeHead(200, { 'content-length': packed.length, 'content-encoding': 'gzip' });
      response.end(packed);
    });
    const seen: LoadProgress[] = [];
    expect(await loadModel(address, { onProgress: (progress) => void seen.push(progress) })).toEqual(sampleModel());
    expect(seen.map(({ fileBytes }) => fileBytes)).not.toContain(packed.length);
    expect(seen.at(-1)).toEqual({ loadedBytes: bytes.length, fileBytes: bytes.length });
  });

  it.each([[404, 'check the address'], [403, 'pass the body'], [503, 'try again later'], [206, 'open it in a browser']])('says what to do after status %d', async (status, step) => {
    const address = await serve((_, response) => {
      response.writeHead(status);
      response.end('<html>');
    });
    const error = await failure(`${address}?token=secret#part`);
    expect(error.code).toBe('load.status');
    expect(error.details).toMatchObject({ expected: 'status 200', actual: expect.stringContaining(String(status)), hint: expect.stringContaining(step) });
    expect(error.message).toContain('/models/small.bcr?…');
    expect(error.message).not.toMatch(/secret|part/);
  });

  it('says which address gives no answer, without what is secret in it', async () => {
    const address = await serve((_, response) => response.destroy());
    const error = await failure(new URL(`${address}?token=secret`));
    expect(error).toMatchObject({ code: 'load.fetch', cause: expect.any(TypeError) });
    expect(error.message).toContain('/models/small.bcr?…');
    expect(error.message).not.toContain('secret');

    const named = await failure(address.replace('http://', 'http://me:secret@'));
    expect([named.code, named.cause]).toEqual(['load.fetch', undefined]);
    expect(named.message).toContain('http://…@127.0.0.1');
    expect(named.message).not.toContain('secret');
  });

  it('tells a connection that breaks from a file that is short', async () => {
    const address = await serve((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000), () => response.destroy());
    });
    expect((await failure(address)).code).toBe('load.source');
    const short = await serve((_, response) => void response.writeHead(200).end(bytes.subarray(0, bytes.length - 1)));
    expect((await failure(short)).code).toBe('file.truncated');
  });

  it.each(['before the answer', 'in the middle of it'])('stops at the signal %s', async (when) => {
    const controller = new AbortController();
    const reason = new Error('gone');
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => { closed = resolve; });
    const address = await serve((request, response) => {
      request.socket.on('close', closed);
      if (when === 'before the answer') controller.abort(reason);
      else response.write(bytes.subarray(0, 100));
    });
    const error = await failure(address, { signal: controller.signal, onProgress: () => controller.abort(reason) });
    expect(error).toMatchObject({ code: 'load.aborted', cause: reason });
    await gone;
  });
});
