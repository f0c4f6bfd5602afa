import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { failure } from '../../../src/errors/error.ts';
import { loadPolicy } from '../../../src/policy/run/load.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { changePki } from '../../../src/store/open-pki.ts';
import { remembering } from '../../../src/store/remember.ts';
import { actionKind, type TickAction } from '../../../src/tick/rules/action.ts';
import type { TickPart } from '../../../src/tick/run/part.ts';
import { PARTS } from '../../../src/tick/run/parts.ts';
import { applyTick, planTick, type PartReport } from '../../../src/tick/run/tick.ts';
import { openOnce } from '../../../src/tick/run/tick-run.ts';
import { scriptedHooks, setDeployment } from '../../support/deployment.ts';
import { copyOf, pkiTemplate, pkiWorld, type PkiWorld } from '../../support/pki/pki.ts';
import { seededRandom } from '../../support/world/random.ts';
import { runSvcauth } from '../../support/world/world.ts';

const HOUR = 3_600_000;
const HOOK = { argv: ['/usr/bin/reload'] };
const OUTPUT = (world: PkiWorld) => ({ kind: 'combined-pem', path: join(world.cwd, 'haproxy.pem') }) as const;

let template: PkiWorld;
/** The bundle of another trust domain. */
let partner: string;
beforeAll(async () => {
  template = (
    await pkiTemplate(
      [],
      [
        ['issue', 'payments'],
        ['issue', 'ledger'],
        ['issue', 'web'],
      ],
    )
  )();
  const other = pkiWorld();
  await other.succeed('ca', 'init', '--trust-domain', 'partner.example', '--key-protection', 'none');
  partner = other.home.public.bundleJson;
});

/** At rest: everything is signed, published and deployed; `overlap` is an hour, `www` is served. */
async function atRest(): Promise<PkiWorld> {
  const world = copyOf(template);
  const lines = ['version: 1', 'trustDomain: example.org', 'renewal: { overlap: 1h }', 'crl:'];
  writeFileSync(world.home.policy, [...lines, `  publishTo: [${join(world.cwd, 'www')}]`, ''].join('\n'));
  world.runHook = scriptedHooks({}).runHook;
  await world.succeed('tick');
  return world;
}

const later = (world: PkiWorld, hours: number): void => {
  world.now = new Date(world.now.getTime() + hours * HOUR);
};

/** States of a home before a tick, and the part of the tick that handles each. */
const SITUATIONS = {
  'the trust bundle is gone': { part: 'bundle', make: world => rmSync(world.home.public.bundleJson) },
  'an overlap is over': {
    part: 'overlaps',
    make: async world => {
      await world.succeed('renew', 'web', '--force');
      later(world, 2);
    },
  },
  'a CRL is due': { part: 'crls', make: world => later(world, 4 * 24) },
  'a CRL in public/ is damaged': {
    part: 'crls',
    make: world => appendFileSync(world.home.public.crlDer('root-g1'), 'x'),
  },
  'what is made of the CRLs in public/ is damaged': {
    part: undefined,
    make: world => appendFileSync(world.home.public.crlPem('root-g1'), 'x'),
  },
  'a served file is gone': { part: 'publications', make: world => rmSync(join(world.cwd, 'www/crl/root-g1.pem')) },
  // the command publishes it
  'a federated bundle is new': {
    part: 'publications',
    make: async world => {
      await world.succeed('bundle', 'federate', 'partner.example', '--from', partner);
      // the command has published it
      rmSync(join(world.cwd, 'www', 'bundle-map.json'), { force: true });
    },
  },
  'certificates are due': { part: 'renewal', make: world => later(world, 21 * 24) },
  'a certificate with outputs and hooks is due': {
    part: 'renewal',
    make: async world => {
      await setDeployment(world, 'payments', { hooks: [HOOK], outputs: [OUTPUT(world)] });
      await world.succeed('deploy');
      later(world, 21 * 24);
    },
  },
  'a deployment is pending': {
    part: 'renewal',
    make: world => setDeployment(world, 'ledger', { hooks: [HOOK, HOOK] }),
  },
  'a deployment is pending and no CA can issue': {
    part: 'deployment',
    make: async world => {
      await setDeployment(world, 'ledger', { hooks: [HOOK, HOOK] });
      // with a damaged CRL in public/ it publishes nothing, and ends with 5
      await runSvcauth(world, ['ca', 'taint', 'issuing-g1', '--reason', 'the key is out']);
    },
  },
  'a hook fails': {
    part: undefined,
    make: async world => {
      await setDeployment(world, 'ledger', { hooks: [HOOK] });
      world.runHook = scriptedHooks({ outcome: 'failed', reason: 'exit status 1' }).runHook;
    },
  },
  'the served bundle is newer': {
    part: undefined,
    make: world => {
      const path = join(world.cwd, 'www/bundle.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"spiffe_sequence": (\d+)/, '"spiffe_sequence": 9$1'));
    },
  },
  'a service may not be renewed': {
    part: undefined,
    make: world => appendFileSync(world.home.policy, '\nallow: { dns: ["*"], spiffePaths: [/ledger, /payments] }\n'),
  },
} as const satisfies Readonly<
  Record<string, { readonly part: string | undefined; readonly make: (world: PkiWorld) => unknown }>
>;

type Situation = keyof typeof SITUATIONS;
const ALL = Object.keys(SITUATIONS) as Situation[];

async function homeWhere(situations: readonly Situation[]): Promise<PkiWorld> {
  const world = await atRest();
  for (const each of situations) await SITUATIONS[each].make(world);
  return world;
}

const ask = () => Promise.reject(new Error('nobody is asked for a passphrase'));

/** The reports of a dry run, and of the tick after it. */
const planAndTick = (world: PkiWorld, parts: readonly TickPart[] = PARTS) =>
  changePki(world, undefined, 'tick', async pki => {
    const look = { pki, policy: await loadPolicy(pki) };
    const planned = await planTick(parts, look);
    const done = await applyTick(parts, { ...look, ask, unlock: openOnce(pki, ask), everything: false });
    return { planned: planned.reports, done: done.reports };
  });

/** Removes the facts that a plan cannot know: the serial and expiry of a new certificate, and the output of hooks. */
function foreseeable(reports: readonly PartReport[]) {
  const facts = ({ kind: { name: action }, subject, serial, number, until, detail }: TickAction) => {
    const isDeployment = action.startsWith('deploy');
    if (isDeployment) return { action: 'deployed', subject };
    return { action, subject, number, detail, ...(action !== 'renewed' && { serial, until }) };
  };
  return reports.map(({ part, actions, failures }) => ({
    part,
    actions: actions.map(facts),
    failures: failures.map(({ code, message }) => ({ code, message })),
  }));
}

const subsets = Array.from({ length: 24 }, (_, index) => {
  const bits = Buffer.from(seededRandom(`tick ${index}`)(ALL.length));
  return ALL.filter((__, at) => bits[at]! % 3 === 0);
});

describe('a dry run says what the tick then does, part by part', { timeout: 60_000 }, () => {
  test('a dry run with nothing due', async () => {
    const { planned, done } = await planAndTick(await atRest());
    expect(foreseeable(planned)).toEqual(foreseeable(done));
    expect(done.flatMap(({ actions, failures }) => [...actions, ...failures])).toEqual([]);
  });

  test.for(ALL)('a dry run and the tick agree where %s', async situation => {
    const { planned, done } = await planAndTick(await homeWhere([situation]));
    expect(foreseeable(planned)).toEqual(foreseeable(done));
  });

  test.for(subsets.map(each => [each.join(', '), each] as const))(
    'a dry run and the tick agree where %s',
    async ([, situations]) => {
      const { planned, done } = await planAndTick(await homeWhere(situations));
      expect(foreseeable(planned)).toEqual(foreseeable(done));
    },
  );
});

describe('every part is in the list', () => {
  test.for(ALL.flatMap(each => (SITUATIONS[each].part === undefined ? [] : [[SITUATIONS[each].part, each] as const])))(
    '%s: it is seen to where %s',
    async ([part, situation]) => {
      const world = await homeWhere([situation]);
      const { done } = await planAndTick(world);
      expect(done.flatMap(each => (each.part === part ? each.actions : []))).not.toEqual([]);
      const again = await planAndTick(world);
      expect(again.done.flatMap(({ actions }) => actions)).toEqual([]);
    },
  );

  test('monitoring: a tick ends with the check', async () => {
    const world = await atRest();
    later(world, 400 * 24);
    const { stdout } = await runSvcauth(world, ['tick', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ check: { status: 'critical' } });
  });
});

/** Nothing is here for the deployment, which has work when the renewal has not done it. */
const WORK_FOR_ALL: readonly Situation[] = [
  'an overlap is over',
  'a CRL in public/ is damaged',
  'a deployment is pending',
  'the trust bundle is gone',
];

describe('a part that fails', () => {
  test.for(PARTS.map(({ name }, index) => [name, index] as const))(
    '%s: it is named, and the others do their work',
    async ([name, index]) => {
      const broken: TickPart = {
        ...PARTS[index]!,
        carryOut: () => {
          throw failure('ERR_MANIFEST_BUSY', { path: '/srv/pki' });
        },
      };
      const world = await homeWhere(WORK_FOR_ALL);
      const { done } = await planAndTick(world, PARTS.with(index, broken));
      expect(done.flatMap(({ part, failures }) => failures.map(({ code }) => [part, code]))).toContainEqual([
        name,
        'ERR_MANIFEST_BUSY',
      ]);
      const working = done.filter(({ actions }) => actions.length > 0).map(({ part }) => part);
      const able = ['bundle', 'overlaps', 'crls', 'publications', 'renewal'].filter(each => each !== name);
      // the deployment part deploys after a failed renewal, and no directory gets a missing CRL
      const further = name === 'renewal' ? ['deployment'] : [];
      expect(working).toEqual([...able, ...further].filter(each => name !== 'crls' || each !== 'publications'));
      expect((await runSvcauth(world, ['tick', '--fail-on', 'never'])).status).toBe(0);
    },
  );

  test('a tick that lost the lock changes nothing more', async () => {
    const index = PARTS.findIndex(({ name }) => name === 'crls');
    const broken: TickPart = {
      ...PARTS[index]!,
      carryOut: () => {
        throw failure('ERR_LOCK_LOST', { home: '/srv/pki', problem: 'another run has it' });
      },
    };
    const world = await homeWhere(WORK_FOR_ALL);
    const { done } = await planAndTick(world, PARTS.with(index, broken));
    expect(done.map(({ part }) => part)).toEqual(PARTS.slice(0, index + 1).map(({ name }) => name));
    expect((await runSvcauth(world, ['tick', '--fail-on', 'never'])).status).toBe(0);
  });

  test('makes the exit status 5 and has the name of its part in JSON', async () => {
    const world = await homeWhere(['the served bundle is newer']);
    for (const flags of [[], ['--dry-run']]) {
      const { status, stdout } = await runSvcauth(world, ['tick', '-o', 'json', ...flags]);
      expect(status).toBe(5);
      expect(JSON.parse(stdout)).toMatchObject({ failures: [{ part: 'publications', code: 'ERR_CRL_BACKWARDS' }] });
    }
  });
});

test('a new part is one value in the list and runs after the parts before it', async () => {
  const kind = actionKind('renewed', 'service', 'counted', 'would count');
  const further: TickPart = {
    name: 'sheep',
    plan: ({ pki }) => ({ actions: [{ kind, subject: String(pki.manifest.serviceCount()) }], refusals: [] }),
    carryOut: (_, { actions }) => ({ actions, failures: [] }),
  };
  const { planned, done } = await planAndTick(await atRest(), [...PARTS, further]);
  expect(planned.at(-1)).toMatchObject({ part: 'sheep', actions: [{ subject: '3' }] });
  expect(done.at(-1)).toEqual(planned.at(-1));
});

test('an overlap that ends while a CRL is due needs one CRL and one publication', async () => {
  const world = await homeWhere(['an overlap is over', 'a CRL is due']);
  const { done } = await planAndTick(world);
  const dids = done.flatMap(({ actions }) => actions.map(({ kind, subject }) => `${kind.name} ${subject}`));
  expect(dids.filter(did => did === 'crl-signed issuing-g1')).toHaveLength(1);
  expect(dids.filter(did => did.startsWith('published'))).toHaveLength(1);
});

test('a key that cannot be opened leaves no revocation that no CRL lists', async () => {
  const world = await homeWhere(['an overlap is over']);
  rmSync(world.home.authority('issuing-g1').key);
  const { done } = await planAndTick(world);
  expect(done.find(({ part }) => part === 'overlaps')).toMatchObject({ failures: [{ code: 'ERR_KEY_MISSING' }] });
  expect(await world.manifest(manifest => manifest.revocationTotals('issuing-g1').count)).toBe(0);
});

/** 27 and 39 calls keep everything up to date; the others look at what public/ and one published directory hold. */
test('an idle tick asks the manifest and the file system only a bounded number of times', async () => {
  const world = copyOf(template);
  const text = readFileSync(world.home.policy, 'utf8');
  writeFileSync(world.home.policy, text.replace(/# publishTo: .*/, `publishTo: [${join(world.cwd, 'www')}]`));
  await world.succeed('tick');
  const calls = { manifest: 0, files: 0 };
  const counted = <T extends object>(target: T, what: keyof typeof calls): T =>
    new Proxy(target, {
      get: (object, name) => {
        const method = Reflect.get(object, name) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => (calls[what]++, method.apply(object, args));
      },
    });
  await changePki(world, undefined, 'tick', async found => {
    const policy = await loadPolicy(found);
    const files = counted(nodeFiles, 'files');
    const manifest = { ...found.manifest };
    for (const [name, method] of Object.entries(found.manifest)) {
      Object.assign(manifest, {
        [name]: (...args: never[]) => (calls.manifest++, (method as (...all: never[]) => unknown)(...args)),
      });
    }
    const pki = remembering({ ...found, manifest, world: { ...found.world, files } });
    await applyTick(PARTS, { pki, policy, ask, unlock: openOnce(pki, ask), everything: false });
  });
  // measured; most of the files are asked for their size and date only
  expect(calls.manifest).toBeLessThanOrEqual(50);
  expect(calls.files).toBeLessThanOrEqual(211);
});
