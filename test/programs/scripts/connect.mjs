import { create, createFileRegistry } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { connectNodeAdapter, createConnectTransport, createGrpcTransport, createGrpcWebTransport, Http2SessionManager } from '@connectrpc/connect-node';
import * as http2 from 'node:http2';
import { close, later, listen, program } from '../program.mjs';

// What a code generator would write.
const field = (name, number, type) => ({ name, number, jsonName: name, type, label: FieldDescriptorProto_Label.OPTIONAL });
const method = (name, clientStreaming, serverStreaming) => ({ name, inputType: '.demo.Note', outputType: '.demo.Note', clientStreaming, serverStreaming });
const registry = createFileRegistry(create(FileDescriptorSetSchema, {
  file: [{
    name: 'demo.proto', package: 'demo', syntax: 'proto3',
    messageType: [{ name: 'Note', field: [field('text', 1, FieldDescriptorProto_Type.STRING), field('number', 2, FieldDescriptorProto_Type.INT32)] }],
    service: [{ name: 'Echo', method: [method('Once', false, false), method('Collect', true, false), method('Repeat', false, true), method('Chat', true, true)] }],
  }],
}));
const Echo = registry.getService('demo.Echo');

const handler = connectNodeAdapter({
  routes: (router) => router.service(Echo, {
    async once(note, context) {
      if (note.text === 'fail') throw new ConnectError('on purpose', Code.NotFound, { 'x-why': 'because' });
      if (note.text === 'slow') await later(300);
      context.responseHeader.set('x-seen', context.requestHeader.get('x-given') ?? 'nothing');
      context.responseTrailer.set('x-trailer', 'end');
      return { text: note.text.toUpperCase(), number: note.number + 1 };
    },
    async collect(notes) {
      let number = 0;
      for await (const note of notes) number += note.number;
      return { text: 'sum', number };
    },
    async *repeat(note) {
      for (let number = 0; number < note.number; number++) yield { text: note.text, number };
    },
    async *chat(notes) {
      for await (const note of notes) yield { text: note.text.toUpperCase(), number: note.number };
    },
  }),
});

const server = http2.createServer(handler);
const baseUrl = `http://127.0.0.1:${await listen(server)}`;

async function* notes(count) {
  for (let number = 0; number < count; number++) yield { text: 'note', number };
}

async function sum(stream) {
  let count = 0;
  let total = 0;
  for await (const note of stream) {
    count++;
    total += note.number;
  }
  return [count, total];
}

const steps = {};
const managers = [];
const transports = { connect: createConnectTransport, grpc: createGrpcTransport, 'grpc-web': createGrpcWebTransport };
for (const [kind, make] of Object.entries(transports)) {
  const sessionManager = new Http2SessionManager(baseUrl);
  managers.push(sessionManager);
  const client = createClient(Echo, make({ baseUrl, httpVersion: '2', sessionManager }));
  steps[`${kind}: unary`] = async () => {
    const seen = {};
    const { text, number } = await client.once({ text: 'hello', number: 1 }, {
      headers: { 'x-given': 'given' },
      onHeader: (headers) => seen.header = headers.get('x-seen'),
      onTrailer: (headers) => seen.trailer = headers.get('x-trailer'),
    });
    return { text, number, ...seen };
  };
  steps[`${kind}: an error`] = () => client.once({ text: 'fail' }).catch((error) => [error.code, error.rawMessage, error.metadata.get('x-why')]);
  steps[`${kind}: a deadline`] = () => client.once({ text: 'slow' }, { timeoutMs: 50 }).catch((error) => error.code);
  steps[`${kind}: an abort`] = () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    return client.once({ text: 'slow' }, { signal: controller.signal }).catch((error) => error.code);
  };
  steps[`${kind}: client streaming`] = async () => (await client.collect(notes(100))).number;
  steps[`${kind}: server streaming`] = () => sum(client.repeat({ text: 'again', number: 500 }));
  steps[`${kind}: bidirectional streaming`] = () => sum(client.chat(notes(100)));
}
steps.close = async () => {
  for (const manager of managers) manager.abort();
  await close(server);
};
await program(steps);
