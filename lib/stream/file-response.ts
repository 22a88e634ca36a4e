import fs = require('node:fs');
import type { FileHandle } from 'node:fs/promises';
import {
  ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_PAYLOAD_FORBIDDEN, ERR_HTTP2_SEND_FILE,
  ERR_HTTP2_SEND_FILE_NOSEEK, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE,
} from '../errors/index.js';
import { BlockKind, encodeHeaders } from '../headers/encode.js';
import type { HeadersObject } from '../headers/header-types.js';
import { prepareResponse } from '../headers/prepare-response.js';
import { assertIsObject } from '../validate.js';
import { FileBody } from './file-body.js';
import { hasNoBody, type ServerHttp2Stream } from './server-stream.js';

/** Which part of a file to send; `statCheck` may change it. */
export interface StatOptions {
  offset: number;
  length: number;
}

export interface FileResponseOptions {
  /** May change the headers and the part that is sent; false calls the response off. */
  statCheck?: ((this: ServerHttp2Stream, stats: fs.Stats, headers: HeadersObject, statOptions: StatOptions) => void | boolean) | undefined;
  /** Called instead of destroying the stream when the file cannot be sent. */
  onError?: ((error: NodeJS.ErrnoException) => void) | undefined;
  waitForTrailers?: boolean | undefined;
  sendDate?: boolean | undefined;
  /** First byte. */
  offset?: number | undefined;
  /** Bytes, all if not given or negative. */
  length?: number | undefined;
}

interface Job {
  readonly stream: ServerHttp2Stream;
  readonly headers: HeadersObject;
  readonly options: FileResponseOptions;
  /** Whether the descriptor was opened here, and so has to be closed here. */
  readonly owns: boolean;
}

export function respondWithPath(
  stream: ServerHttp2Stream, path: string | Buffer | URL, headers: HeadersObject | undefined,
  options: FileResponseOptions | undefined,
): void {
  const given = begin(stream, options);
  const job: Job = { stream, headers: prepare(stream, headers, given), options: given, owns: true };
  fs.open(path, 'r', (error, fd) => {
    if (error) fail(job, error);
    else if (stream.destroyed || stream._closed) close(fd);
    else fs.fstat(fd, (statError, stats) => sendOwned(job, fd, statError, stats));
  });
}

export function respondWithDescriptor(
  stream: ServerHttp2Stream, descriptor: number | FileHandle, headers: HeadersObject | undefined,
  options: FileResponseOptions | undefined,
): void {
  const given = begin(stream, options);
  const fd = fdOf(descriptor);
  const job: Job = { stream, headers: prepare(stream, headers, given), options: given, owns: false };
  if (given.statCheck === undefined) send(job, fd, given.offset ?? 0, given.length ?? -1);
  else fs.fstat(fd, (error, stats) => sendLent(job, fd, error, stats));
}

function begin(stream: ServerHttp2Stream, options: FileResponseOptions | undefined): FileResponseOptions {
  if (stream.destroyed || stream._closed) throw new ERR_HTTP2_INVALID_STREAM();
  if (stream.headersSent) throw new ERR_HTTP2_HEADERS_SENT();
  assertIsObject(options, 'options');
  const given: FileResponseOptions = { ...options };
  for (const name of ['offset', 'length'] as const) {
    if (given[name] !== undefined && typeof given[name] !== 'number')
      throw new ERR_INVALID_ARG_VALUE(`options.${name}`, given[name]);
  }
  if (given.statCheck !== undefined && typeof given.statCheck !== 'function')
    throw new ERR_INVALID_ARG_VALUE('options.statCheck', given.statCheck);
  return given;
}

function prepare(stream: ServerHttp2Stream, headers: HeadersObject | undefined, options: FileResponseOptions): HeadersObject {
  stream._touch();
  const prepared = prepareResponse(headers, options.sendDate);
  if (hasNoBody(prepared.status) || stream.headRequest) throw new ERR_HTTP2_PAYLOAD_FORBIDDEN(prepared.status);
  return prepared.headers;
}

function fdOf(descriptor: unknown): number {
  if (typeof descriptor === 'number') return descriptor;
  const isHandle = typeof descriptor === 'object' && descriptor !== null &&
    descriptor.constructor?.name === 'FileHandle' && typeof (descriptor as FileHandle).fd === 'number';
  if (!isHandle) throw new ERR_INVALID_ARG_TYPE('fd', ['number', 'FileHandle'], descriptor);
  return (descriptor as FileHandle).fd;
}

function sendOwned(job: Job, fd: number, error: Error | null, stats: fs.Stats): void {
  const { stream, options, headers } = job;
  const reason = error ?? unsendable(stats, options);
  if (reason) {
    close(fd);
    fail(job, reason);
    return;
  }
  if (stream.destroyed || stream._closed) {
    close(fd);
    stream.destroy(new ERR_HTTP2_INVALID_STREAM());
    return;
  }
  const part: StatOptions = { offset: options.offset ?? 0, length: options.length ?? -1 };
  if (!stats.isFile()) part.offset = part.length = -1;
  if (!agreed(job, stats, part)) {
    close(fd);
    return;
  }
  if (stats.isFile()) {
    const available = stats.size - Number(part.offset);
    part.length = part.length < 0 ? available : Math.min(available, part.length);
    headers['content-length'] = part.length;
  }
  send(job, fd, part.offset, part.length);
}

function sendLent(job: Job, fd: number, error: Error | null, stats: fs.Stats): void {
  const { stream, options } = job;
  if (error) {
    stream.destroy(error);
    return;
  }
  if (stream.destroyed || stream._closed) {
    stream.destroy(new ERR_HTTP2_INVALID_STREAM());
    return;
  }
  const part: StatOptions = { offset: options.offset ?? 0, length: options.length ?? -1 };
  if (agreed(job, stats, part)) send(job, fd, part.offset, part.length);
}

/** Only a regular file has parts, and a directory has nothing to send. */
function unsendable(stats: fs.Stats, { offset, length }: FileResponseOptions): Error | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return new ERR_HTTP2_SEND_FILE();
  return offset !== undefined || length !== undefined ? new ERR_HTTP2_SEND_FILE_NOSEEK() : undefined;
}

/** The user may look at the file first, change the headers or the part, decline, or answer otherwise. */
function agreed({ stream, options, headers }: Job, stats: fs.Stats, part: StatOptions): boolean {
  if (typeof options.statCheck === 'function' && options.statCheck.call(stream, stats, headers, part) === false) return false;
  return !stream.headersSent;
}

/** The one way a file is sent, whoever opened it. */
function send(job: Job, fd: number, offset: number, length: number): void {
  const { stream, headers, options, owns } = job;
  stream._begin(Boolean(options.waitForTrailers));
  let result: number;
  try {
    const block = encodeHeaders(headers, BlockKind.Response, stream._session!._strictSingleValueFields);
    stream._sentHeaders = headers;
    // The writable side is done as far as users are concerned; the file has its own way to the core.
    stream._final = endsByItself;
    stream.end();
    result = stream._submitResponse(block, false);
  } catch (error) {
    if (owns) close(fd);
    stream.destroy(error);
    return;
  }
  if (result < 0) {
    if (owns) close(fd);
    stream._refused(result);
    return;
  }
  stream._bodySource = new FileBody(stream, fd, whole(offset), whole(length), owns ? close : undefined);
}

/** Files have up to 2^53 bytes; what is no number, as `statCheck` may leave it, is 0. */
function whole(n: number): number {
  return Math.trunc(Number(n)) || 0;
}

function endsByItself(this: ServerHttp2Stream, callback: () => void): void {
  this.on('finish', this._maybeDestroy);
  callback();
}

function fail({ stream, options }: Job, error: Error): void {
  if (options.onError) options.onError(error);
  else stream.destroy(error);
}

function close(fd: number): void {
  fs.close(fd, throwError);
}

function throwError(error: Error | null | undefined): void {
  if (error) throw error;
}
