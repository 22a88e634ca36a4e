import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A process per file: a crash of the addon, or a state it leaves behind, then belongs to one file.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A state that must not be reached is an error.
    env: { DUETTO_STRICT_STATES: '1' },
  },
});
