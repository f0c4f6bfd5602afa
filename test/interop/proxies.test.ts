import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { crlBundleOf, foreignPeerOf, makePki, peerOf, type Pki } from './pki.ts';
import { ask, type Proxy, startHaproxy, startNginx } from './proxies.ts';

const PROXIES = [
  {
    title: 'nginx with ssl_verify_client and ssl_crl',
    programs: ['nginx'],
    start: startNginx,
    good: '200 SUCCESS CN=batch',
    revoked: '403 FAILED:certificate revoked',
    foreign: '403 FAILED:unable to get certificate CRL',
    wrongPurpose: /^403 FAILED:uns\w+ certificate purpose$/,
  },
  {
    title: 'HAProxy with verify required and crl-file',
    programs: ['haproxy'],
    start: startHaproxy,
    good: '200 0 /CN=batch',
    revoked: 'alert: certificate revoked',
    foreign: 'alert: unknown ca',
    wrongPurpose: /^alert: unsupported certificate$/,
  },
] as const;

for (const { title, programs, start, ...answers } of PROXIES) {
  describeWith(programs, title, () => {
    let ours: Pki;
    let foreign: Pki;
    let proxy: Proxy | undefined;

    beforeAll(async () => {
      [ours, foreign] = [await makePki('ecdsa-p256'), await makePki('ecdsa-p256')];
      proxy = await start({ ...peerOf(ours, 'web'), crlBundle: crlBundleOf(ours), directory: tempDirectory() });
    });

    afterAll(() => proxy?.stop());

    test('the proxy accepts a valid client and reads its name', async () => {
      expect(await ask(proxy!, peerOf(ours, 'batch'))).toBe(answers.good);
    });

    test('the proxy rejects a revoked client', async () => {
      expect(await ask(proxy!, peerOf(ours, 'stolen'))).toBe(answers.revoked);
    });

    test('the proxy rejects a client of another CA', async () => {
      expect(await ask(proxy!, foreignPeerOf(ours, foreign, 'api'))).toBe(answers.foreign);
    });

    test('the proxy rejects a server certificate as a client', async () => {
      expect(await ask(proxy!, peerOf(ours, 'web'))).toMatch(answers.wrongPurpose);
    });
  });
}
