const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const about = await (await fetch('about', { cache: 'no-store' })).json();
const { columns, rows, tile } = about.picture;

showFacts();
showCounters();
byId('again').addEventListener('click', fetchPicture);
fetchPicture();

function showFacts() {
  const [page] = performance.getEntriesByType('navigation');
  const names = { h2: 'HTTP/2', 'http/1.1': 'HTTP/1.1' };
  byId('protocol').textContent = names[page.nextHopProtocol] ?? (page.nextHopProtocol || 'unknown');
  const says = `the browser says ${page.nextHopProtocol || 'nothing'}, the server ${about.alpn}`;
  byId('protocol-server').textContent = about.connection ? `${says}; connection ${about.connection}` : says;
  byId('nghttp2').textContent = about.duetto.nghttp2;
  byId('patches').textContent = about.duetto.patches.length > 0 ? `with ${about.duetto.patches.join(', ')}` : 'as released';
  byId('node-nghttp2').textContent = about.node.nghttp2;
  byId('node').textContent = `in Node ${about.node.version}, not used here`;
}

function showCounters() {
  const events = new EventSource('events');
  events.onmessage = ({ data }) => {
    const counters = JSON.parse(data);
    for (const element of document.querySelectorAll('[data-counter]'))
      element.textContent = number.format(counters[element.dataset.counter]);
  };
}

async function fetchPicture() {
  byId('again').disabled = true;
  byId('picture-title').textContent = `${columns * rows} tiles`;
  const draw = pictures();
  const begun = performance.now();
  const run = Date.now();
  const tiles = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) tiles.push(fetchTile(run, column, row, draw, begun));
  try {
    conclude(await Promise.all(tiles), performance.now() - begun);
  } catch (error) {
    byId('verdict').textContent = `A tile did not come: ${error.message}. Is the server still there?`;
  }
  byId('again').disabled = false;
}

async function fetchTile(run, column, row, draw, begun) {
  const asked = performance.now() - begun;
  const response = await fetch(`tile/${column}/${row}?run=${run}`);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const image = await createImageBitmap(await response.blob());
  const delay = Number(response.headers.get('x-delay'));
  draw(column, row, image, asked, performance.now() - begun);
  return { connection: response.headers.get('x-connection'), delay };
}

function conclude(tiles, milliseconds) {
  const connections = new Set(tiles.map((one) => one.connection)).size;
  const delays = tiles.reduce((sum, one) => sum + one.delay, 0);
  const seconds = (value) => `${(value / 1000).toFixed(2)} s`;
  if (about.httpVersion !== '2.0') {
    byId('verdict').textContent = `${tiles.length} tiles over HTTP/1.1 in ${seconds(milliseconds)}.`;
    return;
  }
  byId('picture-title').textContent =
    `${tiles.length} tiles over ${connections === 1 ? 'one connection' : `${connections} connections`} in ${seconds(milliseconds)}`;
  byId('verdict').textContent =
    `The server waited ${seconds(delays)} in total before it answered, for many tiles at the same time. ` +
    `A browser’s six HTTP/1.1 connections would have spent at least ${seconds(delays / 6)} on that.`;
}

/** Clears both canvases; gives the function that draws one tile and its line. */
function pictures() {
  const style = getComputedStyle(document.documentElement);
  const grid = byId('tiles');
  grid.width = columns * tile;
  grid.height = rows * tile;
  const grids = grid.getContext('2d');
  grids.strokeStyle = style.getPropertyValue('--line');
  for (let column = 1; column < columns; column++) grids.strokeRect(column * tile, -1, 0, grid.height + 2);
  for (let row = 1; row < rows; row++) grids.strokeRect(-1, row * tile, grid.width + 2, 0);

  const line = byId('lines');
  line.width = grid.width * 2 / 3;
  line.height = grid.height;
  const drawn = [];
  const thickness = line.height / (columns * rows);
  function drawLines() {
    const lines = line.getContext('2d');
    lines.clearRect(0, 0, line.width, line.height);
    lines.fillStyle = style.getPropertyValue('--accent');
    const last = Math.max(400, ...drawn.map((one) => one.to)) * 1.03;
    for (const { at, from, to } of drawn) {
      const left = from / last * line.width;
      lines.fillRect(left, at * thickness + .5, to / last * line.width - left, thickness - 1);
    }
  }
  drawLines();

  return (column, row, image, from, to) => {
    grids.drawImage(image, column * tile, row * tile);
    drawn.push({ at: row * columns + column, from, to });
    drawLines();
  };
}
