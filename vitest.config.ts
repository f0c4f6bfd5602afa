import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/world/temp-root.ts',
    setupFiles: 'test/support/world/remove-directories.ts',
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // two cores: forks beat threads here because native modules are loaded once a file
    pool: 'forks',
    reporters: ['default', './test/support/skipped-reporter.ts'],
  },
});
