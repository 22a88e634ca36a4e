import type { NativeBinding, NativeSession } from './contract.js';

/**
 * The binding, whose sessions have those methods that every request calls. They are JavaScript around functions: for a method
 * of its own Node-API looks for the native half of the object at each call, which takes about as long as a small call.
 *
 * The class is one of this copy of the JavaScript: what is put on the addon's own would outlive it.
 */
export function withMethods(native: NativeBinding): NativeBinding {
  const {
    receive, pull, request, respond, writeCopy, writeText, writeExternal, finishWrite, detach, setReading,
  } = native;
  const methods: Partial<NativeSession> & ThisType<NativeSession> = {
    receive(chunk, from, length, hold, batch) {
      return receive(this.number, chunk, from, length, hold, batch);
    },
    pull(out, from, batch, fd, hold) {
      return pull(this.number, out, from, batch, fd, hold);
    },
    request(text, count, end, parent, weight, exclusive) {
      return request(this.number, text, count, end, parent, weight, exclusive);
    },
    respond(id, text, count, end) {
      return respond(this.number, id, text, count, end);
    },
    writeCopy(id, chunk, length, flags) {
      return writeCopy(this.number, id, chunk, length, flags);
    },
    writeText(id, text, most, flags) {
      return writeText(this.number, id, text, most, flags);
    },
    writeExternal(id, length, flags) {
      return writeExternal(this.number, id, length, flags);
    },
    finishWrite(id, flags) {
      return finishWrite(this.number, id, flags);
    },
    detach(id) {
      return detach(this.number, id);
    },
    setReading(id, reading, held) {
      return setReading(this.number, id, reading, held);
    },
  };
  class Session extends native.Session {}
  Object.assign(Session.prototype, methods);
  return Object.create(native, { Session: { value: Session } }) as NativeBinding;
}
