// What an engine is before anybody asks it for something.

const scenario = (name, title, run, more = {}) => ({ name: `defaults/${name}`, area: 'defaults', title, run, ...more });

export default [
  scenario('module', 'What the module says of itself', async (stage) => {
    const { http2, native } = stage;
    const say = (name, value) => stage.note(name, value);
    say('getDefaultSettings()', http2.getDefaultSettings());
    say('RFC 7540 priorities', native.hasPriorities);
    say('packed settings', http2.getPackedSettings({ headerTableSize: 1, enablePush: false }).toString('hex'));
  }),

  scenario('error-words', 'The words for nghttp2\'s errors', async (stage) => {
    for (let code = -501; code >= -540; code--) stage.note(`error ${code}`, stage.native.errorString(code));
    for (let code = -900; code >= -908; code--) stage.note(`error ${code}`, stage.native.errorString(code));
  }),

  scenario('sessions', 'Settings, windows and states of a new connection', async (stage) => {
    const { session, accepted } = await stage.pair();
    for (const [name, one] of [['client', session], ['server', accepted]]) {
      stage.note(`${name}: localSettings`, one.localSettings);
      stage.note(`${name}: remoteSettings`, one.remoteSettings);
      stage.note(`${name}: state`, one.state);
    }
  }),

  scenario('stream', 'The state of a new stream', async (stage) => {
    const { session } = await stage.pair({ onStream: (stream) => {
      stage.note('server: stream.state', stream.state);
      stream.respond({ ':status': 200 });
      stream.end('hello');
    } });
    const request = session.request({ ':path': '/' });
    await new Promise((resolve) => request.once('response', resolve));
    stage.note('client: stream.state', request.state);
  }),
];
