// Plain JavaScript, because a child process that has Node's internals loads it as well as the tests.

import { inspect } from 'node:util';

/** What `action` throws; it is a failure of the test if it throws nothing. */
export function thrownBy(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** All that a user can tell about an error, except where it was made. */
export function faceOf(error) {
  const { stack, inspected } = renderAsNode(error);
  return {
    code: error.code,
    name: error.name,
    message: error.message,
    string: String(error),
    constructor: error.constructor.name,
    ownKeys: Reflect.ownKeys(error).map(String),
    listed: Object.entries(error).map(([key, value]) => [key, inspect(value)]),
    isError: error instanceof Error,
    isTypeError: error instanceof TypeError,
    isRangeError: error instanceof RangeError,
    stackHeader: withoutFrames(stack),
    inspected: withoutFrames(inspected),
  };
}

/** The test runner formats stacks in its own way; here it is Node's that counts. */
function renderAsNode(error) {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = undefined;
  try {
    return { stack: String(error.stack), inspected: inspect(error) };
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function withoutFrames(text) {
  return text.replace(/(\n +at .*)+/g, '');
}
