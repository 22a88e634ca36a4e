import { deprecate } from 'node:util';
import { constants } from '../constants.js';
import { assertIsObject, validateBoolean, validateNumber } from '../validate.js';

/** A priority of RFC 7540, section 5.3. */
export interface PriorityOptions {
  /** Whether the stream becomes its parent's only child. Default false. */
  exclusive?: boolean | undefined;
  /** Id of the stream that this one depends on. Default 0. */
  parent?: number | undefined;
  /** 1 to 256. Default 16. */
  weight?: number | undefined;
  /** Whether the peer is not told. Default false. */
  silent?: boolean | undefined;
}

export interface Priority {
  exclusive: boolean;
  parent: number;
  weight: number;
  silent: boolean;
}

const warnOfWeight = deprecate(() => {}, 'Priority signaling has been deprecated as of RFC 9113.', 'DEP0194');

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function preparePriority(options: PriorityOptions | undefined): Priority {
  assertIsObject(options, 'options');
  const {
    parent = 0, weight = constants.NGHTTP2_DEFAULT_WEIGHT, exclusive = false, silent = false,
  } = options ?? {};
  if (options?.weight !== undefined) warnOfWeight();
  validateNumber(weight, 'options.weight');
  validateNumber(parent, 'options.parent', 0);
  validateBoolean(exclusive, 'options.exclusive');
  validateBoolean(silent, 'options.silent');
  return { parent, weight, exclusive, silent };
}
