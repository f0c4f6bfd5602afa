// Times the start of the program, above that of an empty Node script.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyScript, isInstalled, ms, report, run, svcauth, takeTurns, workDirectory } from './measure.js';

const ROUNDS = 25;
const SERVICES = 1000;

const directory = workDirectory();
const empty = emptyScript(directory);
const one = ['--home', join(directory, 'one')];
const many = ['--home', join(directory, 'many')];
for (const home of [one, many]) {
  run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...home));
}
const list = join(directory, 'services.csv');
writeFileSync(list, ['service', ...Array.from({ length: SERVICES }, (_, i) => `svc-${i}`)].join('\n'));
run(svcauth('issue', '--from', list, ...many));

const opensslLeaf = () => {
  const key = join(directory, 'openssl.key');
  const first = run(['openssl', 'ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', key]).milliseconds;
  const request = join(directory, 'openssl.csr');
  const second = run(['openssl', 'req', '-new', '-key', key, '-subj', '/CN=x', '-out', request]).milliseconds;
  const ca = join(directory, 'one', 'authorities', 'issuing-g1');
  const signing = ['openssl', 'x509', '-req', '-in', request, '-CA', `${ca}/ca.crt`, '-CAkey', `${ca}/ca.key`];
  return first + second + run([...signing, '-CAcreateserial', '-out', join(directory, 'openssl.crt')]).milliseconds;
};

const times = takeTurns(
  {
    empty: () => run(empty).milliseconds,
    version: () => run(svcauth('--version')).milliseconds,
    issue: round => run(svcauth('issue', `new-${round}`, ...one)).milliseconds,
    check: () => run(svcauth('check', ...many)).milliseconds,
    ...(isInstalled('openssl') && { openssl: opensslLeaf }),
  },
  ROUNDS,
);
const above = name =>
  `${ms(times[name] - times.empty)} above an empty script (${(times[name] / times.empty).toFixed(2)} x)`;
report('an empty Node script', ms(times.empty), '');
report('svcauth --version', ms(times.version), above('version'));
report('svcauth issue, one P-256 service', ms(times.issue), above('issue'));
report(`svcauth check, ${SERVICES} certificates`, ms(times.check), above('check'));
if (times.openssl)
  report(
    'openssl ecparam + req + x509 for one leaf',
    ms(times.openssl),
    `${(times.openssl / times.issue).toFixed(2)} x svcauth issue`,
  );
