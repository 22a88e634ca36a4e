// gRPC, which knows nothing of duetto: the register module gives it duetto where it asks for http2.
//
//   npm install @grpc/grpc-js
//   node --require duetto/register examples/grpc.mjs
import http2 from 'node:http2';
import grpc from '@grpc/grpc-js';

// A service without a .proto file: messages are JSON.
const json = { serialize: (value) => Buffer.from(JSON.stringify(value)), deserialize: (bytes) => JSON.parse(bytes) };
const method = (name, responseStream) => ({
  path: `/Counter/${name}`, requestStream: false, responseStream,
  requestSerialize: json.serialize, requestDeserialize: json.deserialize,
  responseSerialize: json.serialize, responseDeserialize: json.deserialize,
});
const definition = { double: method('Double', false), count: method('Count', true) };

const server = new grpc.Server();
server.addService(definition, {
  double: (call, callback) => callback(null, { number: call.request.number * 2 }),
  count: (call) => {
    for (let number = 1; number <= call.request.number; number++) call.write({ number });
    call.end();
  },
});
const port = await new Promise((resolve, reject) => {
  server.bindAsync('localhost:0', grpc.ServerCredentials.createInsecure(), (error, bound) => error ? reject(error) : resolve(bound));
});

const Client = grpc.makeGenericClientConstructor(definition, 'Counter');
const client = new Client(`localhost:${port}`, grpc.credentials.createInsecure());
const doubled = await new Promise((resolve, reject) => {
  client.double({ number: 21 }, (error, reply) => error ? reject(error) : resolve(reply.number));
});
console.log(`twice 21 is ${doubled}`);
const counted = [];
for await (const { number } of client.count({ number: 3 })) counted.push(number);
console.log(`counted ${counted.join(', ')}`);
console.log(http2.nghttp2 ? `on duetto, nghttp2 ${http2.nghttp2.version}` : 'on node:http2: start it with --require duetto/register');
client.close();
server.forceShutdown();
