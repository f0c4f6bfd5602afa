import { beforeAll, describe, expect, test } from 'vitest';
import type { PlannedCertificate } from '../../../src/issuance/rules/planned.ts';
import { issueBatches } from '../../../src/issuance/run/issue.ts';
import type { LeafIssuer } from '../../../src/issuance/run/leaf-issuer.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { START, fakeWorld } from '../../support/world/world.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { createManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { requestedRow } from '../../support/issuance.ts';
import { rejectionOf } from '../../support/errors.ts';
import { faultyFiles } from '../../support/world/faulty-files.ts';
import { at, authority, serial, spec } from '../../support/pki/manifest-rows.ts';

const COUNT = 1003;

/** Gives out numbers for serials and text for certificates. */
const engine = (): LeafIssuer => {
  let n = 0;
  return {
    prepare: async all =>
      all.map(planned => ({ planned, serial: serial(++n), tbsSha256: '0'.repeat(64), pkcs8: utf8('key') }) as never),
    sign: leaf => utf8(`certificate ${leaf.serial}`),
  };
};

async function context() {
  const world = fakeWorld();
  const manifest = await createManifest(world, `${world.cwd}/manifest.db`);
  manifest.transaction(write => write.insertAuthority(authority()));
  const planned = Array.from({ length: COUNT }, (_, i): PlannedCertificate => {
    const service = `s${i}`;
    return {
      ...{ action: 'issue', reason: 'new', changes: [], isNew: true },
      ...{ service, requested: requestedRow({ service }), spec: spec(service), directory: `${world.cwd}/${service}` },
      ...{ notBefore: START, notAfter: at(60), key: { source: 'generated' }, undeployed: false, violations: [] },
    };
  });
  let files = faultyFiles();
  const progressed: number[] = [];
  const base = {
    manifest,
    engine: engine(),
    authorityId: 'issuing-g1',
    chainPem: '',
    anchorsPem: '',
    access: new Map(),
  };
  return {
    manifest,
    cwd: world.cwd,
    steps: () => files.steps(),
    issue: async (failAt?: number) => {
      files = faultyFiles(failAt, 'disk-full');
      const result = await issueBatches(planned, {
        ...base,
        world: { ...world, files },
        progress: n => progressed.push(n),
      });
      return { result, progressed };
    },
  };
}

describe('more services than a batch holds', () => {
  let steps: number;
  beforeAll(async () => {
    const { issue, steps: counted } = await context();
    expect(await issue()).toMatchObject({ result: { length: COUNT }, progressed: [1000, 3] });
    steps = counted();
  });

  test('a full disk in the first batch ends the run with nothing issued', async () => {
    const { issue, manifest, cwd } = await context();
    const error = await rejectionOf(issue(10));
    expect(error).toMatchObject({ code: 'ERR_ISSUE_FAILED', exitStatus: 1 });
    expect(error.message).toMatch(/no space is left on the disk.*; no certificate was issued, and every service keeps/);
    expect(manifest.intents()).toHaveLength(1000);
    expect(nodeFiles.list(`${cwd}/s0/versions`)).toEqual([]);
    expect(manifest.serviceNames()).toHaveLength(1000);
  });

  test('a full disk in the second batch keeps the first, and the error has the counts', async () => {
    const { issue, manifest } = await context();
    const error = await rejectionOf(issue(steps - 12));
    expect(error).toMatchObject({ code: 'ERR_ISSUE_PARTIAL', exitStatus: 5 });
    expect(error.message).toContain(
      '; 1000 of 1003 certificates were issued, the other services keep their previous files',
    );
    expect(manifest.intents()).toHaveLength(3);
    expect(manifest.deployment('s999')).toMatchObject({ serial: serial(1000), state: 'pending' });
  });

  test('the error counts certificates that may not be in place yet', async () => {
    const { issue, manifest } = await context();
    const error = await rejectionOf(issue(steps - 1));
    expect(error.message).toContain('; 1003 of 1003 certificates were issued, 3 of them may not be in place yet');
    expect(manifest.deployment('s1002')).toMatchObject({ state: 'pending' });
  });
});
