// A line for each tile, those of both protocols on one axis of time: queued, waiting and arriving told apart.

const SHARES = [1, 2, 2.5, 5];
/** Pixels for the words beside and below. */
const LEFT = 62;
const BOTTOM = 30;
const GAP = 10;

/** The distance of the marks on an axis that is `length` seconds long and has room for `most` of them. */
function stepOf(length, most) {
  const decade = 10 ** Math.floor(Math.log10(length / most));
  return [...SHARES, 10].map((share) => share * decade).find((step) => length / step <= most) ?? decade * 10;
}

export class Chart {
  #canvas;
  #lanes;
  #rows;

  /** @param lanes names of the protocols, from top to bottom; `rows` lines in each */
  constructor(canvas, lanes, rows) {
    this.#canvas = canvas;
    this.#rows = rows;
    this.#lanes = new Map(lanes.map((name) => [name, []]));
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  clear() {
    for (const lines of this.#lanes.values()) lines.length = 0;
    this.draw();
  }

  /** Times in milliseconds since the lane's first request. */
  add(lane, at, { queued, waiting, arriving, end }) {
    this.#lanes.get(lane).push({ at, times: [queued, waiting, arriving, end] });
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = devicePixelRatio;
    this.#canvas.width = width * scale;
    this.#canvas.height = height * scale;
    const context = this.#canvas.getContext('2d');
    context.scale(scale, scale);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`);
    const all = [...this.#lanes.values()].flat();
    const length = Math.max(500, ...all.map(({ times }) => times[3])) * 1.04;
    const across = (time) => LEFT + time / length * (width - LEFT - 6);
    this.#axis(context, { width, height, length, across, colour });

    const tall = (height - BOTTOM - GAP * this.#lanes.size) / this.#lanes.size;
    let top = GAP / 2;
    for (const [name, lines] of this.#lanes) {
      context.fillStyle = colour('ink');
      context.textAlign = 'left';
      context.fillText(name, 0, top + 12);
      const thick = tall / this.#rows;
      for (const { at, times } of lines) {
        ['queued', 'waiting', 'arriving'].forEach((part, index) => {
          context.fillStyle = colour(part);
          const from = across(times[index]);
          // What takes no time at all is to be seen as well.
          const most = Math.max(across(times[index + 1]) - from, part === 'arriving' ? 1.5 : 0);
          context.fillRect(from, top + at * thick, most, Math.max(thick * .8, .6));
        });
      }
      top += tall + GAP;
    }
  }

  #axis(context, { width, height, length, across, colour }) {
    context.font = '12px system-ui, sans-serif';
    context.strokeStyle = colour('line');
    context.fillStyle = colour('soft');
    context.textAlign = 'center';
    const step = stepOf(length / 1000, Math.max(3, Math.floor((width - LEFT) / 58)));
    for (let mark = 0; mark * 1000 <= length; mark += step) {
      const x = Math.round(across(mark * 1000)) + .5;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height - BOTTOM + 4);
      context.stroke();
      context.fillText(`${Number(mark.toFixed(2))} s`, Math.min(x, width - 14), height - BOTTOM + 18);
    }
  }
}
