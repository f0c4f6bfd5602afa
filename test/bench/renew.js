// Times renew with ten thousand services and nothing due, the usual run of a timer, beside an empty Node script.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyScript, ms, report, run, svcauth, takeTurns, workDirectory } from './measure.js';

const ROUNDS = 15;
const SERVICES = 10_000;

const directory = workDirectory();
const empty = emptyScript(directory);
const home = ['--home', join(directory, 'pki')];
run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...home));
const list = join(directory, 'services.csv');
writeFileSync(list, ['service', ...Array.from({ length: SERVICES }, (_, n) => `service-${n}`)].join('\n'));
run(svcauth('issue', '--from', list, ...home));

const times = takeTurns(
  {
    empty: () => run(empty).milliseconds,
    renew: () => run(svcauth('renew', ...home)).milliseconds,
    due: () => run(svcauth('due', '--systemd', ...home), { expectedStatus: 11 }).milliseconds,
    named: () => run(svcauth('renew', 'service-77', ...home)).milliseconds,
  },
  ROUNDS,
);
const tell = (what, time) =>
  report(what, ms(time), `${ms(time - times.empty)} above an empty script (${ms(times.empty)})`);
tell(`renew, ${SERVICES} services, none due`, times.renew);
tell('due --systemd, the same', times.due);
tell('renew of one of them, not due', times.named);
