import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../../support/world/world.ts';

interface Match {
  readonly kind: string;
  readonly foundBy: string;
  readonly certificate?: { readonly service: string; readonly serial: string; readonly state: string };
  readonly authority?: { readonly id: string; readonly serial: string };
  readonly prints: { readonly sha256: string; readonly x5tS256: string; readonly keyIdentifier: string };
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
    ['its serial number', () => payments.certificate!.serial, 'serial number'],
    ['its serial number as OpenSSL prints it', () => colons(payments.certificate!.serial), 'serial number'],
    ['its serial number with a sign octet', () => `0x00${payments.certificate!.serial}`, 'serial number'],
    ['eight digits of its serial number', () => payments.certificate!.serial.slice(0, 8), 'serial number'],
    ['its fingerprint', () => payments.prints.sha256, 'SHA-256 fingerprint'],
    ['its fingerprint as OpenSSL prints it', () => colons(payments.prints.sha256), 'SHA-256 fingerprint'],
    ['the x5t#S256 of a token', () => payments.prints.x5tS256, 'x5t#S256'],
    ['the same in base64', () => Buffer.from(payments.prints.sha256, 'hex').toString('base64'), 'x5t#S256'],
    ['its key id', () => colons(payments.prints.keyIdentifier), 'key id'],
    ['its SPIFFE ID', () => 'spiffe://example.org/payments', 'SPIFFE ID'],
    ['its file', () => '.svcauth/services/payments/current/tls.crt', 'file'],
  ])('finds a certificate by %s', async ([, text, foundBy]) => {
    const found = await who(text());
    expect(found).toMatchObject([{ kind: 'certificate', foundBy, certificate: { service: 'payments' } }]);
  });

  test.for<[string, () => string, string]>([
    ['its serial number', () => issuing.authority!.serial, 'serial number'],
    ['its fingerprint', () => issuing.prints.sha256, 'SHA-256 fingerprint'],
    ['its key id', () => issuing.prints.keyIdentifier, 'key id'],
    ['its file', () => '.svcauth/authorities/issuing-g1/ca.crt', 'file'],
  ])('finds a CA by %s', async ([, text, foundBy]) => {
    expect(await who(text())).toMatchObject([{ kind: 'authority', foundBy, authority: { id: 'issuing-g1' } }]);
  });

  test('does not take a certificate for another one with its serial number', async () => {
    const [leaf] = decodePem(readFileSync(`${world.cwd}/.svcauth/services/payments/current/tls.crt`, 'latin1'));
    const der = new Uint8Array(leaf!.der);
    der[der.length - 1]! ^= 1;
    writeFileSync(`${world.cwd}/other.crt`, encodePem('CERTIFICATE', der));
    const { status, stderr } = await runSvcauth(world, ['who', 'other.crt']);
    expect(status).toBe(2);
    expect(stderr).toContain('[ERR_WHO_UNKNOWN]');
  });

  test.for(['', 'f'.repeat(64), 'f'.repeat(40), 'A'.repeat(43), 'spiffe://example.org/nobody', '../../../etc', '.'])(
    'says what it takes when nothing is %j',
    async text => {
      const { status, stdout, stderr } = await runSvcauth(world, ['who', '--', text]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('[ERR_WHO_UNKNOWN]');
    },
  );
});
