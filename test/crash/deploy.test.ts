import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { scriptedHooks, setDeployment } from '../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';
import { runUntil } from '../support/world/power-failure.ts';
import { servedSerial } from '../support/service-state.ts';

const OLD = 'the old file\n';

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate([], [['issue', 'payments']]);
});

const outputs = (world: PkiWorld) => [
  { kind: 'combined-pem', path: join(world.cwd, 'haproxy', 'payments.pem') } as const,
  { kind: 'credential-bundle', path: join(world.cwd, 'new', 'payments.pem') } as const,
];

/** Two outputs: one exists already, the other has not even a directory. */
async function fresh(): Promise<PkiWorld> {
  const world = template();
  world.runHook = scriptedHooks({}).runHook;
  const [there] = outputs(world);
  mkdirSync(dirname(there!.path));
  writeFileSync(there!.path, OLD);
  await setDeployment(world, 'payments', { outputs: outputs(world), hooks: [{ argv: ['true'] }] });
  return world;
}

const files = (world: PkiWorld) => {
  const current = join(world.home.service('payments'), 'current');
  const [key, chain] = [readFileSync(join(current, 'tls.key'), 'utf8'), readFileSync(join(current, 'tls.crt'), 'utf8')];
  const found = outputs(world).map(({ path }) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));
  return { found, wanted: [chain + key, key + chain] };
};

test.each(['power', 'disk-full'] as const)(
  'a deployment interrupted (%s) at any step leaves complete files, and the next run finishes it',
  async how => {
    for (let moment = 1, ended = false; !ended; moment++) {
      const world = await fresh();
      const serving = servedSerial(world.home.service('payments'));
      const { status, stderr, moments } = await runUntil(world, moment, ['deploy'], how);
      ended = moments < moment;
      const at = `${how} at moment ${moment}: ${stderr}`;
      if (ended) expect(status, at).toBe(0);

      const { found, wanted } = files(world);
      expect([OLD, wanted[0]], at).toContain(found[0]);
      expect([undefined, wanted[1]], at).toContain(found[1]);
      expect(servedSerial(world.home.service('payments')), at).toBe(serving);
      const { state } = await world.manifest(manifest => manifest.deployment('payments')!);
      // it never reports success too early
      if (state === 'deployed') expect(found, at).toEqual(wanted);
      if (status === 0) expect(state, at).toBe('deployed');

      await world.succeed('deploy');
      expect(files(world).found, at).toEqual(wanted);
      expect(await world.manifest(manifest => manifest.deployment('payments')!), at).toMatchObject({
        state: 'deployed',
      });
      for (const { path } of outputs(world)) expect(readdirSync(dirname(path)), at).toEqual(['payments.pem']);
      expect(await world.succeed('deploy', '--all')).toMatch(/unchanged\n$/);
    }
  },
  60_000,
);
