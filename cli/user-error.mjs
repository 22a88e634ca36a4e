/** A failure with a message that a person can do something with. */
export class UserError extends Error {
  name = 'UserError';

  constructor(message, { exitCode = 1, ...options } = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
