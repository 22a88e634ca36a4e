// From the bytes of one end of a connection to frames that a person can read, one line each.

import { cut, Flag, preface, Type, typeNames } from '../../frames.mjs';
import { library } from '../../package-root.mjs';

const { Inflater } = library('binding/load.js').native;

export const ERROR_CODES = [
  'NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED', 'FRAME_SIZE_ERROR',
  'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM', 'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED',
];
const SETTINGS = {
  1: 'HEADER_TABLE_SIZE', 2: 'ENABLE_PUSH', 3: 'MAX_CONCURRENT_STREAMS', 4: 'INITIAL_WINDOW_SIZE', 5: 'MAX_FRAME_SIZE',
  6: 'MAX_HEADER_LIST_SIZE', 8: 'ENABLE_CONNECT_PROTOCOL', 9: 'NO_RFC7540_PRIORITIES',
};
const DEFAULT_TABLE = 4096;

const codeName = (code) => ERROR_CODES[code] ?? `0x${code.toString(16)}`;

/** The preface of a client is left out, and so is a frame that is not whole. */
const framesOf = (bytes, skipPreface) => cut(skipPreface ? bytes.subarray(preface.length) : bytes).frames;

/** One direction of a connection: HPACK has a state, and blocks may go over several frames. */
class Reader {
  #inflater = new Inflater();
  #block;

  /** The other side has acknowledged that the table may have another size. */
  resize(bytes) {
    this.#inflater.resize(bytes);
  }

  /** A frame as { type, id, text, code }; undefined for one whose block goes on. */
  read(frame) {
    const { type, flags, id } = frame;
    if (type === Type.Continuation && this.#block) return this.#continue(frame);
    if (type === Type.Headers || type === Type.PushPromise) return this.#begin(frame);
    const text = `${typeNames[type] ?? `type 0x${type.toString(16)}`}${id ? ` stream=${id}` : ''}${this.#body(frame)}`;
    const code = type === Type.RstStream && frame.payload.length >= 4 ? frame.payload.readUInt32BE(0)
      : type === Type.Goaway && frame.payload.length >= 8 ? frame.payload.readUInt32BE(4) : undefined;
    return { type: typeNames[type], id, ack: Boolean(flags & Flag.Ack), text, code };
  }

  #body({ type, flags, payload }) {
    const endStream = flags & Flag.EndStream ? ' END_STREAM' : '';
    switch (type) {
      case Type.Data: return ` length=${payload.length}${flags & Flag.Padded ? ` padding=${payload[0]}` : ''}${endStream}`;
      case Type.RstStream: return payload.length >= 4 ? ` ${codeName(payload.readUInt32BE(0))}` : '';
      case Type.Settings: return flags & Flag.Ack ? ' ACK' : settingsText(payload);
      case Type.Ping: return flags & Flag.Ack ? ' ACK' : '';
      case Type.Goaway: return goawayText(payload);
      case Type.WindowUpdate: return payload.length >= 4 ? ` +${payload.readUInt32BE(0)}` : '';
      case Type.Priority: return payload.length >= 5 ? priorityText(payload) : '';
      case Type.PriorityUpdate: return payload.length >= 4 ? ` of=${payload.readUInt32BE(0)} ${payload.toString('latin1', 4)}` : '';
      case Type.Altsvc:
      case Type.Origin: return ` ${JSON.stringify(payload.toString('latin1', 2))}`;
      default: return ` length=${payload.length}`;
    }
  }

  #begin({ type, flags, id, payload }) {
    let at = 0;
    let padding = 0;
    const notes = [];
    if (flags & Flag.Padded) padding = payload[at++];
    if (type === Type.Headers && flags & Flag.Priority) {
      notes.push(priorityText(payload.subarray(at)).trim());
      at += 5;
    }
    if (type === Type.PushPromise) {
      notes.push(`promises=${payload.readUInt32BE(at)}`);
      at += 4;
    }
    if (type === Type.Headers && flags & Flag.EndStream) notes.push('END_STREAM');
    if (padding) notes.push(`padding=${padding}`);
    this.#block = { type, id, notes, parts: [payload.subarray(at, payload.length - padding)], continuations: 0 };
    return flags & Flag.EndHeaders ? this.#finish() : undefined;
  }

  #continue({ flags, payload }) {
    this.#block.parts.push(payload);
    this.#block.continuations++;
    return flags & Flag.EndHeaders ? this.#finish() : undefined;
  }

  #finish() {
    const { type, id, notes, parts, continuations } = this.#block;
    this.#block = undefined;
    if (continuations) notes.push(`CONTINUATION×${continuations}`);
    const fields = this.#inflater.inflate(Buffer.concat(parts));
    const text = typeof fields === 'number' ? `block that cannot be read (${fields})` : fieldsText(fields);
    return { type: typeNames[type], id, text: [`${typeNames[type]} stream=${id}`, ...notes, text].join(' ') };
  }
}

function fieldsText(fields) {
  const pairs = [];
  for (let i = 0; i < fields.length; i += 2) {
    // Dates and ports differ from run to run.
    const value = fields[i] === 'date' ? '(date)' : fields[i + 1].replace(/^(localhost|127\.0\.0\.1):\d+$/, '$1:PORT');
    pairs.push(`${fields[i]}: ${value.length > 100 ? `${value.slice(0, 100)}… (${value.length})` : value}`);
  }
  return `{ ${pairs.join(', ')} }`;
}

function settingsText(payload) {
  const entries = [];
  for (let at = 0; at + 6 <= payload.length; at += 6) {
    const id = payload.readUInt16BE(at);
    entries.push(`${SETTINGS[id] ?? `0x${id.toString(16)}`}=${payload.readUInt32BE(at + 2)}`);
  }
  return ` { ${entries.join(', ')} }`;
}

function goawayText(payload) {
  if (payload.length < 8) return '';
  const debug = payload.toString('latin1', 8);
  return ` ${codeName(payload.readUInt32BE(4))} last=${payload.readUInt32BE(0)}${debug ? ` ${JSON.stringify(debug)}` : ''}`;
}

function priorityText(payload) {
  const parent = payload.readUInt32BE(0);
  return ` parent=${parent & 0x7fffffff}${parent >>> 31 ? ' exclusive' : ''} weight=${payload[4] + 1}`;
}

/** The size of HPACK's table that a SETTINGS frame announces. */
function tableSizeOf({ type, flags, payload }) {
  if (type !== Type.Settings || flags & Flag.Ack) return undefined;
  for (let at = 0; at + 6 <= payload.length; at += 6) if (payload.readUInt16BE(at) === 1) return payload.readUInt32BE(at + 2);
  return undefined;
}

/** What the player's own peers send to find out that all before was dealt with; its answers say nothing. */
export const SETTLING = 'settled!';

/**
 * The frames of a connection by direction. What one end announces for its table holds for the other from its
 * acknowledgement on (RFC 9113, section 6.5.3).
 *
 * @param connection `role` of this end, and `chunks` of [direction, base64]
 */
export function decode({ role, chunks }) {
  const bytes = { sent: [], received: [] };
  for (const [direction, text] of chunks) bytes[direction].push(Buffer.from(text, 'base64'));
  const raw = {
    sent: framesOf(Buffer.concat(bytes.sent), role === 'client'),
    received: framesOf(Buffer.concat(bytes.received), role === 'server'),
  };
  const read = (own, other) => {
    const reader = new Reader();
    const sizes = other.filter(({ type, flags }) => type === Type.Settings && !(flags & Flag.Ack)).map(tableSizeOf);
    return own.flatMap((frame) => {
      if (frame.type === Type.Settings && frame.flags & Flag.Ack) {
        const size = sizes.shift();
        if (size !== undefined && size !== DEFAULT_TABLE) reader.resize(Math.min(size, 1 << 20));
      }
      const seen = reader.read(frame);
      const says = frame.type !== Type.Ping || frame.payload.toString('latin1') !== SETTLING;
      return seen === undefined || !says ? [] : [seen];
    });
  };
  return { role, sent: read(raw.sent, raw.received), received: read(raw.received, raw.sent) };
}

const RUN_WORTH_COUNTING = 3;

/** The lines of some frames, runs of equal ones (but for their stream) counted. */
export function linesOf(frames) {
  const lines = [];
  let run = 0;
  let previous;
  const flush = () => {
    if (run > RUN_WORTH_COUNTING) lines.splice(lines.length - run, run, `${previous.text} and ${run - 1} more like it`);
    run = 0;
  };
  for (const frame of frames) {
    const key = frame.text.replace(/ stream=\d+/, '');
    if (previous?.key !== key) flush();
    lines.push(frame.text);
    run++;
    previous = previous?.key === key ? previous : { key, text: frame.text };
  }
  flush();
  return lines;
}

/** What an end's answers come to: whether it ended the connection, streams, or nothing. */
export function outcomeOf(sent) {
  const failed = sent.find(({ type, code }) => type === 'GOAWAY' && code > 0);
  if (failed) return { scope: 'connection', code: codeName(failed.code) };
  const reset = sent.find(({ type, code }) => type === 'RST_STREAM' && code > 0);
  if (reset) return { scope: 'stream', code: codeName(reset.code) };
  return { scope: 'nothing', code: undefined };
}
