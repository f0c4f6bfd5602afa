import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../../support/world/world.ts';

interface Match {
  readonly type: string;
  readonly foundBy: string;
  readonly ca: string;
  readonly serial: string;
  readonly sha256: string;
  readonly x5tS256: string;
  readonly keyId: string;
}

const colons = (hex: string): string => hex.toUpperCase().match(/../g)!.join(':');

describe('who', () => {
  const world: FakeWorld = fakeWorld();
  let payments: Match;
  let issuing: Match;

  async function who(text: string): Promise<readonly Match[]> {
    const { stdout } = await runSvcauth(world, ['who', text, '-o', 'json']);
    return (JSON.parse(stdout) as { matches: readonly Match[] }).matches;
  }

  beforeAll(async () => {
    for (const line of ['ca init --trust-domain example.org --key-protection none', 'issue payments', 'issue ledger']) {
      const { status, stderr } = await runSvcauth(world, line.split(' '));
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    [payments] = (await who('payments')) as [Match];
    [issuing] = (await who('issuing-g1')) as [Match];
  });

  test.for<[string, () => string, string]>([
    ['its serial number', () => payments.serial, 'serial'],
    ['its serial number as OpenSSL prints it', () => colons(payments.serial), 'serial'],
    ['its serial number with a sign octet', () => `0x00${payments.serial}`, 'serial'],
    ['eight digits of its serial number', () => payments.serial.slice(0, 8), 'serial'],
    ['its fingerprint', () => payments.sha256, 'sha256'],
    ['its fingerprint as OpenSSL prints it', () => colons(payments.sha256), 'sha256'],
    ['the x5t#S256 of a token', () => payments.x5tS256, 'x5tS256'],
    ['the same in base64', () => Buffer.from(payments.sha256, 'hex').toString('base64'), 'x5tS256'],
    ['its key ID', () => colons(payments.keyId), 'keyId'],
    ['its SPIFFE ID', () => 'spiffe://example.org/payments', 'spiffeId'],
    ['its file', () => '.svcauth/services/payments/current/tls.crt', 'file'],
  ])('finds a certificate by %s', async ([, text, foundBy]) => {
    const found = await who(text());
    expect(found).toMatchObject([{ type: 'certificate', foundBy, service: 'payments', ca: 'issuing-g1' }]);
  });

  test.for<[string, () => string, string]>([
    ['its serial number', () => issuing.serial, 'serial'],
    ['its fingerprint', () => issuing.sha256, 'sha256'],
    ['its key ID', () => issuing.keyId, 'keyId'],
    ['its file', () => '.svcauth/authorities/issuing-g1/ca.crt', 'file'],
  ])('finds a CA by %s', async ([, text, foundBy]) => {
    expect(await who(text())).toMatchObject([{ type: 'ca', foundBy, ca: 'issuing-g1' }]);
  });

  test('a file matches only the same certificate and not another with its serial number', async () => {
    const [leaf] = decodePem(readFileSync(`${world.cwd}/.svcauth/services/payments/current/tls.crt`, 'latin1'));
    const der = new Uint8Array(leaf!.der);
    der[der.length - 1]! ^= 1;
    writeFileSync(`${world.cwd}/other.crt`, encodePem('CERTIFICATE', der));
    const { status, stderr } = await runSvcauth(world, ['who', 'other.crt']);
    expect(status).toBe(2);
    expect(stderr).toContain('[ERR_WHO_UNKNOWN]');
  });

  test.for(['', 'f'.repeat(64), 'f'.repeat(40), 'A'.repeat(43), 'spiffe://example.org/nobody', '../../../etc', '.'])(
    'a text that matches nothing is an error with the known forms: %j',
    async text => {
      const { status, stdout, stderr } = await runSvcauth(world, ['who', '--', text]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('[ERR_WHO_UNKNOWN]');
    },
  );
});
