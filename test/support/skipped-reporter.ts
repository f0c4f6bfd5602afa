import type { Reporter, TestModule } from 'vitest/node';

/** Prints every skipped test with its reason, so skips stay visible. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap(module =>
      [...module.children.allTests('skipped')].map(test => {
        const result = test.result();
        const note = 'note' in result && result.note ? `: ${result.note}` : '';
        return `  ${module.relativeModuleId} > ${test.fullName}${note}\n`;
      }),
    );
    if (skipped.length > 0) process.stdout.write(`\nSkipped, and why:\n${skipped.join('')}`);
  }
}
