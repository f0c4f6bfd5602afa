// Times `check` of 1, 1,000 and 10,000 services whose files are all as recorded, above a check of one, and an idle tick.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyScript, ms, report, run, svcauth, takeTurns, workDirectory } from './measure.js';

const ROUNDS = 15;
const SIZES = [1, 1000, 5000, 10_000];

const directory = workDirectory();
const empty = emptyScript(directory);

function homeOf(services) {
  const home = ['--home', join(directory, `home-${services}`)];
  run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...home));
  const list = join(directory, `${services}.csv`);
  writeFileSync(list, ['service', ...Array.from({ length: services }, (_, i) => `svc-${i}`)].join('\n'));
  run(svcauth('issue', '--from', list, ...home));
  run(svcauth('tick', ...home));
  return home;
}

const programs = { empty: () => run(empty).milliseconds };
for (const services of SIZES) {
  const home = homeOf(services);
  programs[`check ${services}`] = () => run(svcauth('check', ...home)).milliseconds;
  programs[`tick ${services}`] = () => run(svcauth('tick', ...home)).milliseconds;
}
const times = takeTurns(programs, ROUNDS);
for (const command of ['check', 'tick']) {
  for (const services of SIZES) {
    const [time, one] = [times[`${command} ${services}`], times[`${command} 1`]];
    const each = services === 1 ? '' : `${((1000 * (time - one)) / services).toFixed(1)} us a service above one`;
    report(`svcauth ${command}, ${services} services`, ms(time), each);
  }
}
