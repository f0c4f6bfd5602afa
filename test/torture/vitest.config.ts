import { defineConfig } from 'vitest/config';

// npm run torture: tests that take too long for every day
export default defineConfig({
  test: {
    include: ['test/torture/*.torture.ts'],
    globalSetup: 'test/support/world/temp-root.ts',
    setupFiles: 'test/support/world/remove-directories.ts',
    pool: 'forks',
  },
});
