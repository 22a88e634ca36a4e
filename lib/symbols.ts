/**
 * Key of the array that names the fields of a headers object whose values are sensitive: they are sent as "never
 * indexed" (RFC 7541, section 7.1.3), and received objects have the names of those that came so.
 */
export const sensitiveHeaders: unique symbol = Symbol('sensitiveHeaders');
