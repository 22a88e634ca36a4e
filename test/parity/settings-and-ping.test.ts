// SETTINGS and PING of a session, and their acknowledgements.

import { closed, on, scenario, turns } from '../helpers/scenario.js';

scenario('localSettings and remoteSettings', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair();
  const got = Promise.all([on(client, 'localSettings'), on(session, 'remoteSettings')]);
  arena.watch('client', client, 'localSettings');
  arena.watch('server', session, 'remoteSettings');
  arena.record('client', client.pendingSettingsAck, Object.getPrototypeOf(client.localSettings));
  arena.record('returns', client.settings({ maxConcurrentStreams: 7, initialWindowSize: 1000, enablePush: false, headerTableSize: 100, maxFrameSize: 20000, maxHeaderListSize: 3000 },
    (error: unknown, settings: unknown, duration: unknown) => arena.record('callback', error, settings, typeof duration)));
  arena.record('client', client.pendingSettingsAck, client.localSettings.maxConcurrentStreams);
  await got;
  arena.record('client', client.pendingSettingsAck, client.localSettings, client.localSettings === client.localSettings);
  arena.record('server', session.remoteSettings, Object.getPrototypeOf(session.remoteSettings));
});

scenario('settings of both ends before, while and after', async (_http2, _record, arena) => {
  const { port } = await arena.serve(undefined, { settings: { maxConcurrentStreams: 3 } });
  const client = arena.connect(port);
  arena.record('client', client.localSettings, client.remoteSettings, client.pendingSettingsAck);
  await on(client, 'connect');
  arena.record('client', client.localSettings, client.pendingSettingsAck);
  await on(client, 'remoteSettings');
  arena.record('client', client.remoteSettings);
  client.destroy();
  arena.record('client', client.localSettings, client.pendingSettingsAck);
  await closed(client);
  arena.record('client', client.localSettings, client.remoteSettings);
});

scenario('ping and its answer', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair();
  arena.watch('server', session, 'ping');
  await new Promise<void>((resolve) => {
    arena.record('returns', client.ping(Buffer.from('12345678'), (error: unknown, duration: unknown, payload: unknown) => {
      arena.record('callback', error, typeof duration, payload);
    }));
    arena.record('returns', client.ping(new Uint16Array([1, 2, 3, 4]), (error: unknown, _duration: unknown, payload: unknown) => arena.record('callback', error, payload)));
    arena.record('returns', client.ping((error: unknown, duration: unknown, payload: Buffer) => {
      arena.record('callback', error, typeof duration, payload.length);
      resolve();
    }));
  });
  const payloads = arena.lanes['server']!;
  payloads.length = 2;
});

scenario('more pings than may wait', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ client: { maxOutstandingPings: 2 } });
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 3; i++) arena.record('returns', i, client.ping(Buffer.alloc(8, String(i)), (...args: unknown[]) => {
      arena.record('callback', i, args[0], args.length);
      if (i === 1) resolve();
    }));
  });
});

scenario('pings that are never answered', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair();
  client.ping((...args: unknown[]) => arena.record('callback', ...args));
  client.ping((...args: unknown[]) => arena.record('callback', ...args));
  client.destroy();
  arena.record('callback', 'destroyed');
  await closed(client, session);
  await turns();
});

scenario('ping with bad arguments, while connecting, closing and destroyed', async (_http2, _record, arena) => {
  const { port } = await arena.serve();
  const client = arena.connect(port);
  const callback = (what: string) => (...args: unknown[]) => arena.record('callback', what, args[0]);
  arena.attempt('client', 'connecting', () => client.ping(callback('connecting')));
  for (const [payload, then] of [['text', () => {}], [Buffer.alloc(7), () => {}], [Buffer.alloc(9), () => {}], [{}, () => {}], [null, null], [undefined, undefined], [Buffer.alloc(8), undefined], [1, () => {}], ['', 1]])
    arena.attempt('client', `${String(payload)} ${typeof then}`, () => client.ping(payload, then));
  arena.attempt('client', 'none', () => client.ping());
  await on(client, 'remoteSettings');
  await new Promise<void>((resolve) => arena.attempt('client', 'null payload', () => client.ping(null, (error: unknown) => { arena.record('callback', error); resolve(); })));
  client.close();
  arena.attempt('client', 'closed', () => client.ping(callback('closed')));
  await closed(client);
  arena.attempt('client', 'destroyed', () => client.ping(callback('destroyed')));
});

scenario('settings with bad arguments, while connecting and destroyed', async (_http2, _record, arena) => {
  const { port } = await arena.serve();
  const client = arena.connect(port);
  const acknowledged = new Promise<void>((resolve) => arena.attempt('client', 'connecting', () => client.settings({ maxConcurrentStreams: 5 }, (error: unknown, settings: any) => {
    arena.record('callback', error, settings.maxConcurrentStreams);
    resolve();
  })));
  arena.record('client', client.pendingSettingsAck);
  for (const [settings, callback] of [
    [1], ['x'], [null], [[]], [{ headerTableSize: -1 }], [{ headerTableSize: 2 ** 32 }], [{ headerTableSize: '1' }], [{ initialWindowSize: 2 ** 31 + 1 }], [{ initialWindowSize: -1 }],
    [{ maxFrameSize: 1 }], [{ maxFrameSize: 2 ** 24 }], [{ maxConcurrentStreams: -1 }], [{ maxHeaderListSize: -1 }], [{ maxHeaderSize: 2 ** 33 }],
    [{ enablePush: 1 }], [{ enablePush: null }], [{ enableConnectProtocol: 'x' }], [{}, 1], [{}, 'f'], [{ customSettings: 1 }], [{ customSettings: { 70000: 1 } }], [{ customSettings: { 244: 2 ** 32 } }],
  ] as unknown[][]) arena.attempt('client', JSON.stringify(settings), () => client.settings(settings, callback));
  await acknowledged;
  await turns();
  arena.record('client', client.pendingSettingsAck);
  client.destroy();
  arena.attempt('client', 'destroyed', () => client.settings({}));
});

scenario('more SETTINGS than may wait', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ client: { maxOutstandingSettings: 1 } });
  arena.watch('client', client, 'error', 'close');
  for (const i of [1, 2, 3]) arena.attempt('client', String(i), () => client.settings({}, (...args: unknown[]) => arena.record('callback', i, args[0])));
  arena.record('client', client.destroyed);
  await closed(client);
});
