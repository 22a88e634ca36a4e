import 'reflect-metadata';
import { Body, Controller, Get, Headers, HttpException, Logger, Module, Post, Query, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { connect } from 'node:http2';
import https from 'node:https';
import { Readable } from 'node:stream';
import { ask, askHttp1, cert, http2, key, program } from '../program.mjs';

class Demo {
  get(name, given) { return { hello: name, given }; }
  post(body) { return body; }
  stream() { return new StreamableFile(Readable.from([Buffer.from('a'), Buffer.from('b')])); }
  fail() { throw new HttpException('on purpose', 418); }
}
class AppModule {}

/** What a compiler makes of decorators. */
function decorate(name, decorator, ...parameters) {
  Reflect.defineMetadata('design:paramtypes', parameters.map(() => Object), Demo.prototype, name);
  parameters.forEach((parameter, i) => parameter(Demo.prototype, name, i));
  decorator(Demo.prototype, name, Object.getOwnPropertyDescriptor(Demo.prototype, name));
}
decorate('get', Get('/'), Query('name'), Headers('x-given'));
decorate('post', Post('/json'), Body());
decorate('stream', Get('/stream'));
decorate('fail', Get('/fail'));
Controller()(Demo);
Module({ controllers: [Demo] })(AppModule);

Logger.overrideLogger(false);

const adapter = new FastifyAdapter({
  http2: true,
  serverFactory: (handler) => http2.createSecureServer({ key, cert, allowHTTP1: true }, handler),
});
const app = await NestFactory.create(AppModule, adapter);
await app.listen(0, '127.0.0.1');

const { port } = app.getHttpServer().address();
const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const json = { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' };

await program({
  'get': () => ask(client, { ':path': '/?name=you', 'x-given': 'given' }),
  'json': () => ask(client, json, '{"a":1}'),
  'no json': () => ask(client, json, '{'),
  'a stream': () => ask(client, { ':path': '/stream' }),
  'a failure': () => ask(client, { ':path': '/fail' }),
  'missing': () => ask(client, { ':path': '/missing' }),
  'HTTP/1': () => askHttp1(https, { port, ca: cert, path: '/?name=old' }),
  'close': async () => {
    client.close();
    await app.close();
  },
});
