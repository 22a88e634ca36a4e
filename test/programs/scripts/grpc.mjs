import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { cert, key, later, program } from '../program.mjs';

const file = fileURLToPath(new URL('../fixtures/demo.proto', import.meta.url));
const { demo } = grpc.loadPackageDefinition(loader.loadSync(file, { defaults: true }));
const { status } = grpc;
const roomy = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

const seen = { cancelled: [] };

const service = {
  Once(call, callback) {
    const { text } = call.request;
    call.sendMetadata(headersFor(call));
    call.on('cancelled', () => seen.cancelled.push(text));
    if (text === 'never') return;
    if (text === 'fail') {
      const metadata = new grpc.Metadata();
      metadata.set('x-why', 'because');
      callback({ code: status.NOT_FOUND, details: 'there is no such thing: \u00e9', metadata });
      return;
    }
    const trailers = new grpc.Metadata();
    trailers.set('x-trailer', 'at the end');
    callback(null, { ...call.request, number: call.request.number + 1 }, trailers);
  },
  Collect(call, callback) {
    let number = 0;
    call.on('data', (note) => number += note.number);
    call.on('end', () => callback(null, { text: 'sum', number }));
  },
  async Repeat(call) {
    call.on('cancelled', () => seen.cancelled.push(`repeat ${call.request.text}`));
    for (let number = 0; number < call.request.number && !call.cancelled; number++) {
      if (!call.write({ text: call.request.text, number })) await new Promise((resolve) => call.once('drain', resolve));
    }
    call.end();
  },
  Chat(call) {
    call.on('data', (note) => call.write({ ...note, text: note.text.toUpperCase() }));
    call.on('end', () => call.end());
  },
};

function headersFor(call) {
  const metadata = new grpc.Metadata();
  for (const name of ['x-ascii', 'x-data-bin']) for (const value of call.metadata.get(name)) metadata.add(name, value);
  metadata.set('x-deadline', String(Number.isFinite(call.getDeadline()) || call.getDeadline() instanceof Date));
  return metadata;
}

const plain = (metadata) => Object.fromEntries(Object.entries(metadata.toJSON()).filter(([name]) => name !== 'date')
  .map(([name, values]) => [name, values.map(String)]));

function unary(client, request, metadata = new grpc.Metadata(), options = {}) {
  return new Promise((resolve) => {
    const out = {};
    const call = client.Once(request, metadata, options, (error, answer) => {
      out.error = error && { code: error.code, details: error.details, metadata: plain(error.metadata) };
      out.answer = answer && { text: answer.text, number: answer.number, bytes: answer.data.length };
    });
    call.on('metadata', (headers) => out.headers = plain(headers));
    call.on('status', ({ code, details, metadata: trailers }) => {
      out.status = { code, details, trailers: plain(trailers) };
      setImmediate(resolve, out);
    });
  });
}

function readAll(call) {
  return new Promise((resolve) => {
    const texts = new Set();
    let count = 0;
    let sum = 0;
    let code;
    call.on('data', (note) => { count++; sum += note.number; texts.add(note.text); });
    call.on('error', (error) => code = error.code);
    call.on('status', ({ code: final }) => setImmediate(() => resolve({ count, sum, texts: [...texts], code: code ?? final })));
  });
}

function steps(kind, server, client) {
  const named = {};
  const step = (name, action) => { named[`${kind}: ${name}`] = action; };
  step('unary', () => unary(client, { text: 'hello', number: 41 }));
  step('metadata', () => {
    const metadata = new grpc.Metadata();
    metadata.add('x-ascii', 'one');
    metadata.add('x-ascii', 'two');
    metadata.set('x-data-bin', Buffer.from([0, 255, 10]));
    return unary(client, { text: 'hello' }, metadata);
  });
  step('an error', () => unary(client, { text: 'fail' }));
  step('an unknown method', () => new Promise((resolve) => {
    client.makeUnaryRequest('/demo.Echo/Nothing', (x) => x, (x) => x, Buffer.alloc(0), (error) => resolve(error.code));
  }));
  step('many at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, number) => unary(client, { text: 'many', number })));
    return answers.reduce((sum, { answer }) => sum + answer.number, 0);
  });
  step('4 MB', async () => (await unary(client, { text: 'large', data: Buffer.alloc(4 * 1024 * 1024, 'x') })).answer);
  step('client streaming', () => new Promise((resolve, reject) => {
    const call = client.Collect((error, answer) => error ? reject(error) : resolve(answer.number));
    for (let number = 0; number < 500; number++) call.write({ number });
    call.end();
  }));
  step('server streaming', () => readAll(client.Repeat({ text: 'again', number: 2000 })));
  step('bidirectional streaming', async () => {
    const call = client.Chat();
    const answers = readAll(call);
    for (let number = 0; number < 100; number++) {
      call.write({ text: `text ${number % 3}`, number });
      if (number % 10 === 0) await later(1);
    }
    call.end();
    return answers;
  });
  step('a deadline', async () => {
    const { error, headers } = await unary(client, { text: 'never' }, undefined, { deadline: Date.now() + 150 });
    await later(50);
    return [error.code, headers, seen.cancelled.splice(0)];
  });
  step('cancelled while it waits', async () => {
    const out = new Promise((resolve) => {
      const call = client.Once({ text: 'never' }, (error) => resolve([error.code, error.details]));
      setTimeout(() => call.cancel(), 50);
    });
    const error = await out;
    await later(50);
    return [error, seen.cancelled.splice(0)];
  });
  step('cancelled within a stream', async () => {
    const call = client.Repeat({ text: 'cancel', number: 1e9 });
    call.once('data', () => call.cancel());
    const { code, count } = await readAll(call);
    await later(50);
    return [code, count > 0, seen.cancelled.splice(0)];
  });
  step('idle with keepalive pings', async () => {
    await later(400);
    return [client.getChannel().getConnectivityState(false), (await unary(client, { text: 'still there' })).answer.text];
  });
  step('the server shuts down', async () => {
    const pending = readAll(client.Repeat({ text: 'last', number: 5 }));
    await later(20);
    await new Promise((resolve, reject) => server.tryShutdown((error) => error ? reject(error) : resolve()));
    const { count } = await pending;
    client.close();
    return count;
  });
  return named;
}

async function start(kind, serverCredentials, clientCredentials) {
  const server = new grpc.Server({ ...roomy, 'grpc.keepalive_time_ms': 90, 'grpc.keepalive_timeout_ms': 5000 });
  server.addService(demo.Echo.service, service);
  const port = await new Promise((resolve, reject) => {
    server.bindAsync('localhost:0', serverCredentials, (error, bound) => error ? reject(error) : resolve(bound));
  });
  const client = new demo.Echo(`localhost:${port}`, clientCredentials, {
    ...roomy, 'grpc.keepalive_time_ms': 70, 'grpc.keepalive_timeout_ms': 5000, 'grpc.keepalive_permit_without_calls': 1,
  });
  return steps(kind, server, client);
}

const insecure = await start('h2c', grpc.ServerCredentials.createInsecure(), grpc.credentials.createInsecure());
const secure = await start('TLS',
  grpc.ServerCredentials.createSsl(null, [{ private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }]),
  grpc.credentials.createSsl(Buffer.from(cert)));
await program({ ...insecure, ...secure });
