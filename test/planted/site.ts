import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { scriptedHooks } from '../support/deployment.ts';
import { pkiTemplate, type PkiWorld } from '../support/pki/pki.ts';

/** Names of the services of the site. */
const SERVICES = ['payments', 'ledger'] as const;

/** The directory that the site publishes to. */
export const docroot = ({ cwd }: Pick<PkiWorld, 'cwd'>): string => join(cwd, 'docroot');

/**
 * Makes a healthy PKI with two services, one published directory and one hook that reloads a server for both. Its policy names the
 * directory of its own copy.
 */
export async function plantedSite(): Promise<() => Promise<PkiWorld>> {
  const template = await pkiTemplate();
  return async () => {
    const { runHook } = scriptedHooks({ outcome: 'succeeded' });
    const world = template({ runHook });
    mkdirSync(docroot(world));
    setPolicy(world, { 'crl.publishTo': [docroot(world)], 'deployment.hooks': [['reload-server']] });
    for (const service of SERVICES) await world.succeed('issue', service);
    await world.succeed('tick');
    return world;
  };
}

/** Sets values of svcauth.yaml by their path, such as `crl.publishTo`. */
export function setPolicy({ home }: Pick<PkiWorld, 'home'>, values: Readonly<Record<string, unknown>>): void {
  const document = parseDocument(readFileSync(home.policy, 'utf8'));
  for (const [path, value] of Object.entries(values)) document.setIn(path.split('.'), document.createNode(value));
  writeFileSync(home.policy, document.toString());
}
