import { expect, test } from 'vitest';
import { policyElsewhere } from '../../../src/policy/rules/elsewhere.ts';
import { parsePolicy } from '../../../src/policy/rules/file.ts';

test('publishes to the given directories and runs nothing; the rest stays', async () => {
  const text = `version: 1
trustDomain: example.org # ours
crl:
  lifetime: 3d
  publishTo: [/srv/www/pki, /srv/www/other]
deployment:
  hooks: [[systemctl, reload, nginx]]
  hookTimeout: 5s
renewal: {threshold: 66%}
`;
  const written = policyElsewhere(text, ['/tmp/copy/srv/www/pki']);
  expect(written).toContain('# ours');
  const [before, after] = await Promise.all([text, written].map(each => parsePolicy(each, 'svcauth.yaml')));
  expect(after).toEqual({
    ...before,
    crl: { ...before!.crl, publishTo: ['/tmp/copy/srv/www/pki'] },
    deployment: { ...before!.deployment, hooks: [] },
  });
});

test.each(['', 'crl:\ndeployment:\n'])(
  'a policy that says nothing of either is given the directories: %j',
  async more => {
    const written = policyElsewhere(`version: 1\ntrustDomain: example.org\n${more}`, ['/tmp/copy']);
    const { crl, deployment } = await parsePolicy(written, 'svcauth.yaml');
    expect([crl.publishTo, deployment.hooks]).toEqual([['/tmp/copy'], []]);
  },
);
