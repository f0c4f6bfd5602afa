// npm run test:ahead [+DAYSd | DATE …] [-- FILE …]: runs the tests on another day. The default is a year ahead.
// libfaketime moves the clock below all of vitest: a helper of ours cannot reach OpenSSL in Node, nor nginx, curl or Java.
// Go does not read the clock through libfaketime, so its judge gets the time as an argument. Without libfaketime nothing runs, and the
// reason is printed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const TREE = fileURLToPath(new URL('../..', import.meta.url));
const DAY = 86_400;

/** Converts `+400d`, or noon of `2028-02-29`, to seconds from now. */
function offsetOf(text) {
  const days = /^\+(\d+)d$/.exec(text)?.[1];
  if (days !== undefined) return Number(days) * DAY;
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T12:00:00Z`) : NaN;
  if (Number.isNaN(date)) throw new Error(`neither +DAYSd nor a date: ${text}`);
  return Math.round((date - Date.now()) / 1000);
}

function shifted(offset) {
  const asked = spawnSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });
  if (asked.status !== 0) return undefined;
  const env = {
    ...process.env,
    LD_PRELOAD: asked.stdout.trim(),
    FAKETIME: `${offset < 0 ? '' : '+'}${offset}`,
    // timers keep their real speed
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  // libfaketime cannot move the clock of a statically linked Node
  const { stdout } = spawnSync(process.execPath, ['-p', 'Date.now()'], { encoding: 'utf8', env });
  return Math.abs(Number(stdout) / 1000 - Date.now() / 1000 - offset) < 60 ? env : undefined;
}

const argv = process.argv.slice(2);
const end = argv.indexOf('--') < 0 ? argv.length : argv.indexOf('--');
const [wanted, files] = [argv.slice(0, end), argv.slice(end + 1)];
for (const text of wanted.length > 0 ? wanted : ['+365d']) {
  const env = shifted(offsetOf(text));
  if (env === undefined) {
    console.log(`skipped: the tests at ${text}: libfaketime does not work here (Debian: faketime)`);
    continue;
  }
  console.log(`the tests at ${text}`);
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...files], {
    cwd: TREE,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
