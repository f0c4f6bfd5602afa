// Times the signing engine on one core, beside the bare arithmetic of OpenSSL. Keys, names, lint, signature and re-read, in process.
import { createECDH, generateKeyPairSync, sign } from 'node:crypto';
import { importEntry, report, workDirectory } from './measure.js';

const ROUNDS = 5;
const LEAVES = 5000;

const { makeEngine, leaves } = await importEntry(workDirectory(), 'engine');

const engine = await makeEngine();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const ecdh = createECDH('prime256v1');
const message = new Uint8Array(500);

const rates = { engine: 0, arithmetic: 0 };
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  for (const leaf of await engine.prepare(leaves(LEAVES))) engine.sign(leaf);
  rates.engine = Math.max(rates.engine, (LEAVES / (performance.now() - start)) * 1000);

  const bare = performance.now();
  for (let i = 0; i < LEAVES; i++) {
    ecdh.generateKeys();
    sign('sha256', message, privateKey);
  }
  rates.arithmetic = Math.max(rates.arithmetic, (LEAVES / (performance.now() - bare)) * 1000);
}
const share = `${((rates.engine / rates.arithmetic) * 100).toFixed(0)} % of the bare key + signature rate`;
report('P-256 certificates, key to re-read', `${Math.round(rates.engine)}/s`, share);
report('a P-256 key and a signature, nothing else', `${Math.round(rates.arithmetic)}/s`, '');
