import { KinesisClient, PutRecordCommand, SubscribeToShardCommand } from '@aws-sdk/client-kinesis';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { NodeHttp2Handler } from '@smithy/node-http-handler';
import { createServer } from 'node:http2';
import { close, later, listen, program } from '../program.mjs';

const codec = new EventStreamCodec((bytes) => Buffer.from(bytes).toString('utf8'), (text) => Buffer.from(text));
const event = (type, value) => codec.encode({
  headers: {
    ':message-type': { type: 'string', value: 'event' },
    ':event-type': { type: 'string', value: type },
    ':content-type': { type: 'string', value: 'application/x-amz-json-1.1' },
  },
  body: Buffer.from(JSON.stringify(value)),
});

const server = createServer();
server.on('stream', async (stream, headers) => {
  let body = '';
  for await (const chunk of stream.setEncoding('utf8')) body += chunk;
  const input = JSON.parse(body);
  const [, target] = headers['x-amz-target'].split('.');
  if (target === 'SubscribeToShard') {
    stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' });
    stream.write(event('initial-response', {}));
    for (let number = 0; number < 20; number++) {
      const data = Buffer.from(`record ${number}`).toString('base64');
      stream.write(event('SubscribeToShardEvent', {
        ContinuationSequenceNumber: String(number), MillisBehindLatest: 0, Records: [{ SequenceNumber: String(number), PartitionKey: 'a', Data: data }],
      }));
      await later(2);
    }
    stream.end();
  } else if (input.StreamName === 'missing') {
    stream.respond({ ':status': 400, 'content-type': 'application/x-amz-json-1.1' });
    stream.end(JSON.stringify({ __type: 'ResourceNotFoundException', message: 'there is no such stream' }));
  } else {
    const { length } = Buffer.from(input.Data, 'base64');
    stream.respond({ ':status': 200, 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': input.PartitionKey });
    stream.end(JSON.stringify({ ShardId: 'shard', SequenceNumber: String(length) }));
  }
});

const config = {
  endpoint: `http://127.0.0.1:${await listen(server)}`, region: 'here',
  credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
};
// The client of Kinesis talks HTTP/2 unless it is told otherwise, with a session for each request.
const client = new KinesisClient(config);
const shared = new KinesisClient({ ...config, requestHandler: new NodeHttp2Handler() });

async function put(StreamName, Data, PartitionKey = 'key', client = shared) {
  const { ShardId, SequenceNumber, $metadata: { httpStatusCode, requestId } } = await client.send(new PutRecordCommand({ StreamName, Data, PartitionKey }));
  return [ShardId, SequenceNumber, httpStatusCode, requestId];
}

await program({
  'put': () => put('demo', Buffer.from('hello')),
  'put, by a session of its own': () => put('demo', Buffer.from('hello'), 'key', client),
  'put, 500 KB': () => put('demo', Buffer.alloc(500_000)),
  'an error': () => put('missing', Buffer.from('hello')).catch((error) => [error.name, error.message, error.$metadata.httpStatusCode]),
  '30 at a time': () => Promise.all(Array.from({ length: 30 }, (_, i) => put('demo', Buffer.alloc(i), `key ${i}`))),
  'a stream of events': async () => {
    const { EventStream } = await client.send(new SubscribeToShardCommand({
      ConsumerARN: 'arn:aws:kinesis:here:123456789012:stream/demo/consumer/one:1', ShardId: 'shard', StartingPosition: { Type: 'LATEST' },
    }));
    const records = [];
    for await (const { SubscribeToShardEvent } of EventStream) {
      for (const { Data } of SubscribeToShardEvent?.Records ?? []) records.push(Buffer.from(Data).toString());
    }
    return records;
  },
  'close': async () => {
    client.destroy();
    shared.destroy();
    await close(server);
  },
});
