// The rows of the catalogue about deployment: outputs, hooks, reloads and directories of services.
// `catalogue.ts` joins them with the rows of other subjects.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

/** The errors of deploying certificates: files for other programs, their owners, and hooks. */
export const deployErrors = {
  ERR_OWNER_UNKNOWN: row<{ what: 'user' | 'group'; name: string }>(
    EXIT.usage,
    p => `the ${p.what} ${quote(p.name)} does not exist on this host`,
    p => [`use a name that "getent ${p.what === 'user' ? 'passwd' : 'group'}" lists, or a numeric ID`],
  ),
  ERR_OWNER_FOREIGN: row<{ what: 'user' | 'group'; name: string }>(
    EXIT.usage,
    p =>
      p.what === 'user'
        ? `cannot change the owner of files to ${quote(p.name)}: svcauth does not run as root`
        : `cannot change the group of files to ${quote(p.name)}: svcauth does not run as root or as a member`,
    p => [
      p.what === 'user'
        ? 'run svcauth as root, or share the files through a group: mode 0640'
        : `run svcauth as root, or as a member of ${p.name}`,
    ],
  ),
  ERR_OUTPUT_SHARED: row<{ services: readonly string[]; path: string }>(
    EXIT.usage,
    p => `${p.services.map(quote).join(' and ')} would both write ${quote(p.path)}; nothing was changed`,
    () => ['give each output its own path'],
  ),
  ERR_OUTPUT_UNUSABLE: row<{ service: string; path: string; problem: string; hint?: string }>(
    EXIT.usage,
    p => `the output ${quote(p.path)} of ${quote(p.service)} cannot be written: ${p.problem}`,
    p => [p.hint ?? 'choose another path'],
  ),
  ERR_FILES_DAMAGED: row<{ service: string; directory: string }>(
    EXIT.partial,
    p => `the files of ${quote(p.service)} in ${quote(p.directory)} are missing or do not match its certificate`,
    p => [REMEDIES.renewalDue(p)],
  ),
  ERR_CURRENT_FOREIGN: row<{ service: string; directory: string }>(
    EXIT.partial,
    p => `"current" in ${quote(p.directory)} was not created by svcauth; ${quote(p.service)} was not deployed`,
    p => [`to move it aside and deploy: ${REMEDIES.deploymentForced(p)}`],
  ),
  ERR_DEPLOYMENT_PENDING: row<{ service: string; serial: string; problem: string }>(
    EXIT.partial,
    p => `certificate ${p.serial.slice(0, 8)} of ${quote(p.service)} is issued but not deployed: ${p.problem}`,
    p => [`every run retries it; to retry now: ${REMEDIES.deploymentPending(p)}`],
  ),
  ERR_RELOAD_PENDING: row<{ consumer: string; services: number; problem: string }>(
    EXIT.partial,
    p => `${quote(p.consumer)} has not loaded the published bundle and CRLs: ${p.problem}`,
    p => [`every tick retries it; to retry now: ${REMEDIES.reloadPending(p)}`],
  ),
  ERR_SPREAD_PENDING: row<{ problem: string }>(
    EXIT.partial,
    p => `the change is recorded, but its publication or the reload of its consumers is incomplete: ${p.problem}`,
    () => [`every tick retries it; to retry now: ${REMEDIES.everythingDue()}`],
  ),
  ERR_RELOAD_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => '--done needs the names of the consumers that you reloaded',
    () => [REMEDIES.reloadReported({ consumer: 'NAME' })],
  ),
  ERR_CONSUMER_UNKNOWN: row<{ name: string; known: readonly string[] }>(
    EXIT.usage,
    p => `no consumer named ${quote(p.name)}`,
    p => (p.known.length === 0 ? [] : [`known consumers: ${p.known.slice(0, 10).join(', ')}`]),
  ),
  ERR_CONSUMER_HOOK: row<{ name: string }>(
    EXIT.usage,
    p => `${quote(p.name)} has a hook, so svcauth knows when it has loaded trust; nothing was recorded`,
    p => [`run its hook: ${REMEDIES.reloadPending({ consumer: p.name })}`],
  ),
  ERR_DEPLOY_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => '--force needs service names or --all',
    () => [REMEDIES.deploymentForced({ service: 'payments' })],
  ),
};
