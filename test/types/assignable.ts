import type * as builtin from 'node:http2';
import type * as duetto from '../../dist/index.js';

// Typed code moves over by changing the import.
declare const api: typeof duetto;
const asBuiltin: typeof builtin = api;
void asBuiltin;

// Types move too.
declare const stream: duetto.ServerHttp2Stream;
const asBuiltinStream: builtin.ServerHttp2Stream = stream;
void asBuiltinStream;
