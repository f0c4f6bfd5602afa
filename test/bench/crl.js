// Times a CRL from manifest to durable DER, PEM and bundle, beside openssl ca -gencrl and an empty script. Whole process.
// A million entries take a minute to prepare: SVCAUTH_BENCH_MILLION=1.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  emptyScript,
  importEntry,
  isInstalled,
  ms,
  peakMemory,
  report,
  run,
  svcauth,
  takeTurns,
  workDirectory,
} from './measure.js';

const ROUNDS = 5;
const SIZES = [1_000, 10_000, 100_000, ...(process.env.SVCAUTH_BENCH_MILLION ? [1_000_000] : [])];

const directory = workDirectory();
const { fillRevocations } = await importEntry(directory, 'revocations');
const empty = emptyScript(directory);

/** Makes the same list in openssl's format, signed with the same key. */
function opensslAuthority(home, serials) {
  const at = name => join(home, 'openssl', name);
  mkdirSync(at('.'), { recursive: true });
  const reasons = ['', ',keyCompromise', ',superseded', ',cessationOfOperation'];
  const lines = serials.map(
    (serial, i) => `R\t300101000000Z\t261101000000Z${reasons[i % 4]}\t${serial.toUpperCase()}\tunknown\t/CN=x\n`,
  );
  writeFileSync(at('index.txt'), lines.join(''));
  writeFileSync(at('index.txt.attr'), 'unique_subject = no\n');
  writeFileSync(at('crlnumber'), '01\n');
  const ca = join(home, 'authorities', 'issuing-g1');
  const config = [
    '[ca]',
    'default_ca = c',
    '[c]',
    `database = ${at('index.txt')}`,
    `crlnumber = ${at('crlnumber')}`,
    `certificate = ${ca}/ca.crt`,
    `private_key = ${ca}/ca.key`,
    'default_md = sha256',
    'default_crl_days = 14',
    'crl_extensions = e',
    '[e]',
    'authorityKeyIdentifier = keyid',
  ];
  writeFileSync(at('ca.cnf'), config.join('\n'));
  return ['openssl', 'ca', '-gencrl', '-config', at('ca.cnf'), '-out', at('crl.pem')];
}

for (const size of SIZES) {
  const home = join(directory, String(size));
  const flags = ['--home', home];
  run(svcauth('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...flags));
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const serials = await fillRevocations(join(home, 'manifest.db'), size, now);
  const refresh = svcauth('crl', 'refresh', '--ca', 'issuing-g1', '--force', ...flags);
  const openssl = isInstalled('openssl') ? opensslAuthority(home, serials) : undefined;
  const times = takeTurns(
    {
      empty: () => run(empty).milliseconds,
      svcauth: () => run(refresh).milliseconds,
      ...(openssl && { openssl: () => run(openssl).milliseconds }),
    },
    size > 100_000 ? 1 : ROUNDS,
  );
  const memory = `${peakMemory(refresh).toFixed(0)} MB, an empty script ${peakMemory(empty).toFixed(0)} MB`;
  report(
    `svcauth crl refresh, ${size} entries`,
    ms(times.svcauth),
    `${(times.svcauth / times.empty).toFixed(1)} x empty, ${memory}`,
  );
  if (times.openssl) {
    report(
      `openssl ca -gencrl, ${size} entries`,
      ms(times.openssl),
      `${(times.openssl / times.svcauth).toFixed(1)} x svcauth`,
    );
  }
}
