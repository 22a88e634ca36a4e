class Custom {}

/** Values that callers pass by mistake, and that messages put into words in different ways. */
export const oddValues: readonly (readonly [label: string, value: unknown])[] = [
  ['undefined', undefined], ['null', null], ['true', true], ['false', false],
  ['zero', 0], ['minus zero', -0], ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity],
  ['one', 1], ['fraction', 1.5], ['negative', -1], ['2 ** 31', 2 ** 31], ['2 ** 32', 2 ** 32],
  ['2 ** 32 + 1', 2 ** 32 + 1], ['-(2 ** 53)', -(2 ** 53)], ['999999999999', 999999999999], ['1e300', 1e300],
  ['bigint', 5n], ['large bigint', 12345678901234567890n],
  ['symbol', Symbol('s')], ['bare symbol', Symbol()],
  ['empty string', ''], ['string', 'x'], ['single quote', "it's"], ['both quotes', '\'"`'], ['new line', 'a\nb'],
  ['28 characters', 'z'.repeat(28)], ['29 characters', 'z'.repeat(29)], ['200 characters', 'y'.repeat(200)],
  ['array', [1]], ['empty array', []], ['object', { a: 1 }], ['object without prototype', Object.create(null)],
  ['instance', new Custom()], ['class', Custom], ['function', function named() {}], ['arrow', (() => () => 1)()],
  ['buffer', Buffer.from('b')], ['data view', new DataView(new ArrayBuffer(1))], ['array buffer', new ArrayBuffer(1)],
  ['date', new Date(0)], ['regexp', /r/], ['error', new Error('e')], ['constructor without name', { constructor: {} }],
];
