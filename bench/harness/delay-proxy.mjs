import * as net from 'node:net';
import { answer, settings } from './answer.mjs';

// A link with a delay: every chunk leaves `delay` milliseconds after it came. It has all the bandwidth that there is.

function carry(from, to) {
  const queue = [];
  let timer;
  const leave = () => {
    timer = undefined;
    const now = performance.now();
    while (queue.length > 0 && queue[0].at <= now) to.write(queue.shift().chunk);
    if (queue.length > 0) timer = setTimeout(leave, Math.max(1, queue[0].at - now));
  };
  from.on('data', (chunk) => {
    queue.push({ chunk, at: performance.now() + settings.delay });
    timer ??= setTimeout(leave, settings.delay);
  });
  from.on('close', () => {
    clearTimeout(timer);
    to.destroy();
  });
  from.on('error', () => {});
}

const server = net.createServer((near) => {
  const far = net.connect(settings.port, '127.0.0.1');
  near.setNoDelay();
  far.setNoDelay();
  carry(near, far);
  carry(far, near);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
answer({ port: server.address().port });
