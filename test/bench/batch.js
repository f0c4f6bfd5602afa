// Times a run that issues a thousand services, beside openssl (measured on a few). Whole process, durable files and manifest.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyScript, isInstalled, ms, report, run, svcauth, takeTurns, workDirectory } from './measure.js';

const ROUNDS = 7;
const SERVICES = 1000;
const OPENSSL_LEAVES = 20;

const directory = workDirectory();
const empty = emptyScript(directory);
const home = ['--home', join(directory, 'pki')];
run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...home));
const lists = { csv: () => 'service,dns', yaml: () => '' };
const lines = {
  csv: name => `${name},${name}.example.org`,
  yaml: name => `- service: ${name}\n  dns: [${name}.example.org]`,
};

function issueFrom(format, round) {
  const names = Array.from({ length: SERVICES }, (_, i) => `${format}-${round}-${i}`);
  const list = join(directory, `${round}.${format}`);
  writeFileSync(list, [lists[format](), ...names.map(lines[format])].join('\n'));
  return run(svcauth('issue', '--from', list, ...home)).milliseconds;
}

function opensslLeaves(round) {
  const ca = join(directory, 'pki', 'authorities', 'issuing-g1');
  let total = 0;
  for (let i = 0; i < OPENSSL_LEAVES; i++) {
    const at = extension => join(directory, `openssl-${round}-${i}.${extension}`);
    const newkey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
    total += run([
      'openssl',
      'req',
      '-x509',
      ...newkey,
      '-subj',
      `/CN=${i}`,
      '-CA',
      `${ca}/ca.crt`,
      '-CAkey',
      `${ca}/ca.key`,
      '-days',
      '30',
      '-keyout',
      at('key'),
      '-out',
      at('crt'),
    ]).milliseconds;
  }
  return (total / OPENSSL_LEAVES) * SERVICES;
}

const times = takeTurns(
  {
    empty: () => run(empty).milliseconds,
    csv: round => issueFrom('csv', round),
    yaml: round => issueFrom('yaml', round),
  },
  ROUNDS,
);
const above = name => `${ms(times[name] - times.empty)} above an empty script`;
report('an empty Node script', ms(times.empty), '');
report(`svcauth issue --from, ${SERVICES} services, CSV`, ms(times.csv), above('csv'));
report(`svcauth issue --from, ${SERVICES} services, YAML`, ms(times.yaml), above('yaml'));
if (isInstalled('openssl')) {
  const openssl = opensslLeaves(0);
  report(
    `openssl req -x509 x ${SERVICES} (from ${OPENSSL_LEAVES})`,
    ms(openssl),
    `${(openssl / times.csv).toFixed(1)} x svcauth`,
  );
}
