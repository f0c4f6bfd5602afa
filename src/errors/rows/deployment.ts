import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

/** Deploying what was issued: files for other programs, their owners, and hooks. */
export const deployErrors = {
  ERR_OWNER_UNKNOWN: row<{ what: 'user' | 'group'; name: string }>(
    EXIT.usage,
    p => `there is no ${p.what} ${quote(p.name)} here`,
    p => [`name one that "getent ${p.what === 'user' ? 'passwd' : 'group'}" knows, or write its number`],
  ),
  ERR_OWNER_FOREIGN: row<{ what: 'user' | 'group'; name: string }>(
    EXIT.usage,
    p =>
      p.what === 'user'
        ? `files cannot be given to the user ${quote(p.name)}: only root may give files away`
        : `files cannot be given to the group ${quote(p.name)}: we do not belong to it`,
    p => [
      p.what === 'user'
        ? 'run svcauth as root, or share the files through a group: mode 0640'
        : `run svcauth as root, or as a member of ${p.name}`,
    ],
  ),
  ERR_OUTPUT_SHARED: row<{ services: readonly string[]; path: string }>(
    EXIT.usage,
    p => `${p.services.map(quote).join(' and ')} would both write ${quote(p.path)}; nothing was changed`,
    () => ['give each output a path of its own'],
  ),
  ERR_OUTPUT_UNUSABLE: row<{ service: string; path: string; problem: string; hint?: string }>(
    EXIT.usage,
    p => `the output ${quote(p.path)} of ${quote(p.service)} cannot be written: ${p.problem}`,
    p => [p.hint ?? 'name another path'],
  ),
  ERR_FILES_DAMAGED: row<{ service: string; directory: string }>(
    EXIT.partial,
    p => `the files of ${quote(p.service)} in ${quote(p.directory)} are missing or not those of its certificate`,
    p => [REMEDIES.certificateMissing(p)],
  ),
  ERR_CURRENT_FOREIGN: row<{ service: string; directory: string }>(
    EXIT.partial,
    p => `something of the name "current" is in ${quote(p.directory)} that svcauth did not make`,
    p => [`move it away, then: ${REMEDIES.deploymentPending(p)}`],
  ),
  ERR_DEPLOYMENT_PENDING: row<{ service: string; serial: string; problem: string }>(
    EXIT.partial,
    p => `certificate ${p.serial.slice(0, 8)} of ${quote(p.service)} is issued and not deployed: ${p.problem}`,
    p => [`every run tries again, or now: ${REMEDIES.deploymentPending(p)}`],
  ),
  ERR_DEPLOY_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => '--force deploys again what is deployed already: name the services, or say --all',
    () => [REMEDIES.deploymentForced({ service: 'payments' })],
  ),
};
