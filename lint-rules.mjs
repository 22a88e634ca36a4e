// Rules of this project's own for oxlint (.oxlintrc.json).

import { EventEmitter } from 'node:events';
import http from 'node:http';
import { Module } from 'node:module';
import net from 'node:net';
import { Duplex, Readable, Writable } from 'node:stream';
import tls from 'node:tls';

/** Documented, although they begin with an underscore: they are there to be overridden. */
const documented = new Set(['_construct', '_destroy', '_final', '_flush', '_read', '_transform', '_write', '_writev']);

/** What programs know of by looking, and what no object below has from the start. */
const known = [
  '_hadError', '_handle', '_httpMessage', '_linkedBinding', '_parentWrap', '_tickCallback', '_undestroy', 'kIsNodeError', 'moduleLoadList',
  'getOwnPropertySymbols',
];

/** Every name of the kind that this Node's own objects have: those that duetto extends, or is given by users. */
function namesOfNode() {
  const names = new Set(known);
  const objects = [
    process, Module, Module.prototype, new EventEmitter(), new Duplex(), new Readable(), new Writable(), new net.Socket(), new net.Server(),
    new tls.Server(), tls.TLSSocket.prototype, http.Server.prototype,
  ];
  for (let object of objects) {
    for (; object !== null && object !== Object.prototype; object = Object.getPrototypeOf(object)) {
      for (const name of Object.getOwnPropertyNames(object)) if (/^_[a-zA-Z]/.test(name) && !documented.has(name)) names.add(name);
    }
  }
  return names;
}

/** Classes of Node's that are functions: called without `new` they make a stream of any object. */
const streams = new Set(['Duplex', 'Readable', 'Transform', 'Writable', 'EventEmitter']);

const nodeInternals = {
  create(context) {
    const names = namesOfNode();
    const look = (node, name) => {
      if (names.has(name)) context.report({ node, message: `\`${name}\` is Node's own affair: what uses it belongs into lib/node-internals/.` });
    };
    return {
      Identifier: (node) => look(node, node.name),
      Literal: (node) => { if (typeof node.value === 'string') look(node, node.value); },
      // process.binding(...)
      MemberExpression(node) {
        if (node.object.type === 'Identifier' && node.object.name === 'process' && node.property.name === 'binding')
          context.report({ node, message: 'process.binding() is Node\'s own affair, and deprecated (DEP0111).' });
      },
      // Duplex as unknown as ..., which is how its constructor comes to be called as a function.
      TSAsExpression({ expression }) {
        if (expression.type === 'Identifier' && streams.has(expression.name))
          context.report({ node: expression, message: `${expression.name} is to be used by its types: otherwise it belongs into lib/node-internals/.` });
      },
    };
  },
};

/** What happens later goes through one of the queues of lib/deferrals.ts, which say what it waits for. */
const namedDeferrals = {
  create(context) {
    const later = new Set(['nextTick', 'setImmediate', 'queueMicrotask']);
    return {
      CallExpression(node) {
        const { callee } = node;
        const name = callee.type === 'MemberExpression' ? callee.property.name : callee.name;
        if (later.has(name)) context.report({ node, message: `${name}() says when, not why: take one of the queues of lib/deferrals.ts.` });
      },
    };
  },
};

export default { meta: { name: 'duetto' }, rules: { 'node-internals': nodeInternals, 'named-deferrals': namedDeferrals } };
