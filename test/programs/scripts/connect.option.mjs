import { create, createFileRegistry } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { connectNodeAdapter, createGrpcTransport } from '@connectrpc/connect-node';
import { close, http2, listen, program } from '../program.mjs';

// What a code generator would write.
const field = (name, number, type) => ({ name, number, jsonName: name, type, label: FieldDescriptorProto_Label.OPTIONAL });
const method = (name, streaming) => ({ name, inputType: '.demo.Note', outputType: '.demo.Note', clientStreaming: streaming, serverStreaming: streaming });
const registry = createFileRegistry(create(FileDescriptorSetSchema, {
  file: [{
    name: 'demo.proto', package: 'demo', syntax: 'proto3',
    messageType: [{ name: 'Note', field: [field('text', 1, FieldDescriptorProto_Type.STRING)] }],
    service: [{ name: 'Echo', method: [method('Once', false), method('Chat', true)] }],
  }],
}));
const Echo = registry.getService('demo.Echo');

const routes = (router) => router.service(Echo, {
  async once(note, context) {
    if (note.text === 'fail') throw new ConnectError('on purpose', Code.NotFound, { 'x-why': 'because' });
    context.responseHeader.set('x-seen', context.requestHeader.get('x-given') ?? 'nothing');
    context.responseTrailer.set('x-trailer', 'end');
    return { text: note.text.toUpperCase() };
  },
  async *chat(notes) {
    for await (const note of notes) yield { text: note.text.toUpperCase() };
  },
});

const server = http2.createServer(connectNodeAdapter({ routes }));
const baseUrl = `http://127.0.0.1:${await listen(server)}`;

const session = http2.connect(baseUrl);
const sessionManager = {
  authority: baseUrl,
  request: async (method, path, headers, options) => session.request({ ...headers, ':method': method, ':path': path }, options),
  notifyResponseByteRead() {},
};
const client = createClient(Echo, createGrpcTransport({ baseUrl, sessionManager }));

async function* notes(count) {
  for (let number = 0; number < count; number++) yield { text: `note ${number}` };
}

await program({
  'unary': async () => {
    const seen = {};
    const { text } = await client.once({ text: 'hello' }, {
      headers: { 'x-given': 'given' },
      onHeader: (headers) => seen.header = headers.get('x-seen'),
      onTrailer: (headers) => seen.trailer = headers.get('x-trailer'),
    });
    return { text, ...seen };
  },
  'an error': () => client.once({ text: 'fail' }).catch((error) => [error.code, error.rawMessage, error.metadata.get('x-why')]),
  'both ways': async () => {
    const texts = [];
    for await (const { text } of client.chat(notes(100))) texts.push(text);
    return texts;
  },
  'close': async () => {
    session.close();
    await close(server);
  },
});
