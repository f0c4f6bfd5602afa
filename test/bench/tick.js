// Times a tick of 10,000 services with nothing due, above an empty Node script.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyScript, ms, report, run, svcauth, takeTurns, workDirectory } from './measure.js';

const ROUNDS = 25;
const SERVICES = 10_000;

const directory = workDirectory();
const empty = emptyScript(directory);
const home = ['--home', join(directory, 'home')];
run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...home));
const list = join(directory, 'services.csv');
writeFileSync(list, ['service', ...Array.from({ length: SERVICES }, (_, i) => `svc-${i}`)].join('\n'));
run(svcauth('issue', '--from', list, ...home));

const times = takeTurns(
  { empty: () => run(empty).milliseconds, tick: () => run(svcauth('tick', ...home)).milliseconds },
  ROUNDS,
);
report('an empty Node script', ms(times.empty), '');
const above = `${ms(times.tick - times.empty)} above an empty script (${(times.tick / times.empty).toFixed(2)} x)`;
report(`svcauth tick, ${SERVICES} services, nothing due`, ms(times.tick), above);
