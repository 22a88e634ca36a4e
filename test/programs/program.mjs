import builtin from 'node:http2';

export { cert, key } from '../helpers/tls.mjs';

// A program called *.option.mjs gives this module to what it uses. What it imports as node:http2 is Node's own in all of its runs.
export const http2 = process.env.DUETTO_GIVEN === undefined ? builtin : (await import(process.env.DUETTO_GIVEN)).default;
export const engine = 'nghttp2' in http2 ? 'duetto' : 'node:http2';

/** Runs the steps of a program and prints what each has seen. What a step throws ends the program. */
export async function program(steps) {
  const results = {};
  for (const [name, step] of Object.entries(steps)) {
    const watch = setTimeout(() => {
      console.error(`the step '${name}' takes too long; so far: ${JSON.stringify(results)}`);
      process.exit(3);
    }, 30_000);
    try {
      const seen = await step();
      if (seen !== undefined) results[name] = seen;
    } catch (error) {
      console.error(`the step '${name}' failed`);
      throw error;
    } finally {
      clearTimeout(watch);
    }
  }
  console.log(JSON.stringify({ engine, results, sessions: engine === 'duetto' ? http2.stats().sessions.opened : undefined }));
}

/** Ends a program that cannot run here. */
export function skip(reason) {
  console.log(JSON.stringify({ engine, skip: reason }));
  process.exit(0);
}

export function listen(server, port = 0) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.address().port));
  });
}

export function later(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

/** A request by the http2 client of the engine. */
export function ask(client, headers = {}, body) {
  return new Promise((resolve) => {
    const stream = client.request({ ':path': '/', ...headers }, { endStream: body === undefined });
    const answer = { status: undefined, headers: {}, body: '' };
    stream.setEncoding('utf8');
    stream.on('response', ({ ':status': status, date, ...fields }) => Object.assign(answer, { status, headers: { ...fields } }));
    stream.on('data', (text) => answer.body += text);
    stream.on('trailers', (fields) => answer.trailers = { ...fields });
    stream.on('error', (error) => answer.error = error.code);
    stream.on('close', () => resolve({ ...answer, rstCode: stream.rstCode }));
    if (body !== undefined) stream.end(body);
  });
}

/** A request by `node:https`. */
export async function askHttp1(https, options, body) {
  return new Promise((resolve, reject) => {
    const request = https.request({ host: '127.0.0.1', servername: 'localhost', agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => text += chunk);
      response.on('end', () => resolve({ status: response.statusCode, version: response.httpVersion, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

export function close(server) {
  return new Promise((resolve) => { server.close(resolve); });
}
