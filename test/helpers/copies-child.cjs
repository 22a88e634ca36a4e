// node --expose-gc copies-child.cjs <module>: loads the JavaScript of the module again and again, as test runners do for each
// file, while the addon stays; prints what went wrong, and how many copies are left when nobody holds them.

const [, , file] = process.argv;

function loadAgain() {
  for (const name of Object.keys(require.cache)) if (!name.endsWith('.node')) delete require.cache[name];
  // Node's list of who required what holds them all.
  module.children.length = 0;
  return require(file);
}

async function exchange({ createServer, connect }, name) {
  const server = createServer((request, response) => {
    response.setHeader(`x-answer-${name}`, 'yes');
    response.end(JSON.stringify(request.headers));
  });
  await new Promise((resolve) => { server.listen(0, resolve); });
  const client = connect(`http://localhost:${server.address().port}`);
  let body = '';
  let answer;
  const stream = client.request({ ':path': `/${name}`, [`x-ask-${name}`]: name, 'accept-encoding': 'gzip, deflate' });
  stream.setEncoding('utf8').on('data', (text) => { body += text; }).on('response', (headers) => { answer = headers; });
  await new Promise((resolve) => { stream.on('close', resolve); });
  client.close();
  await new Promise((resolve) => { server.close(resolve); });
  const { ':method': method, ':path': path, [`x-ask-${name}`]: asked } = JSON.parse(body);
  const seen = `${method} ${path} ${asked} ${answer[`x-answer-${name}`]}`;
  return seen === `GET /${name} ${name} yes` ? [] : [seen];
}

async function main() {
  const wrong = [];
  const first = require(file);
  wrong.push(...await exchange(first, 'first'));
  const copies = [];
  for (let i = 0; i < 50; i++) {
    const copy = loadAgain();
    wrong.push(...await exchange(copy, `copy-${i}`), ...await exchange(first, `first-${i}`));
    copies.push(new WeakRef(copy));
  }
  const left = () => copies.filter((copy) => copy.deref() !== undefined).length;
  // A timer of the library holds a copy until it fires: the date of responses changes each second.
  for (const until = Date.now() + 20_000; left() > 1 && Date.now() < until;) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    global.gc();
  }
  console.log(JSON.stringify({ wrong, left: left() }));
}

main();
