// Set-up of every test file: removes its directories after its last test. To remove all of them when the run ends took more than ten seconds,
// in which vitest saw no process end: it reported a worker that does not terminate.
import { afterAll } from 'vitest';
import { removeTempDirectories } from './temp-directory.ts';

afterAll(removeTempDirectories, 600_000);
