// Formats the plan of `ca init --dry-run` and the result of `ca init`, with the command that comes next.
// Only that command prints it. It never prints a private key, only the path of an offline root's key.
import { REMEDIES } from '../../errors/remedy.ts';
import type { InitPlan, InitResult } from '../run/init-pki.ts';
import { generalNameText } from '../../pki/name/general-name-text.ts';
import type { GeneralName } from '../../pki/extension/general-name.ts';
import type { Home } from '../../store/home.ts';
import type { CA_INIT } from './documents.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import type { PlannedAuthority } from '../../ca/rules/planned-authority.ts';

const KEY_PLACES = { file: 'in the home', offline: 'offline', foreign: 'external', destroyed: 'destroyed' } as const;
const VERBS = { create: 'would be created', import: 'would be imported', request: 'would be requested' } as const;

export function initPlanView(home: Home, { request, authorities }: InitPlan): View<typeof CA_INIT> {
  const { trustDomain, keyProtection, crlUrl, nameConstraints } = request;
  const names = (list: readonly GeneralName[] = []) => (list.length > 0 ? list.map(generalNameText) : undefined);
  const [permitted, excluded] = [names(nameConstraints?.permitted), names(nameConstraints?.excluded)];
  const value = {
    dryRun: true,
    home: home.directory,
    trustDomain,
    keyProtection,
    cas: authorities.map(({ id, tier, how, keyAlgorithm, notBefore, notAfter, keyLocation }) => ({
      ca: id,
      tier,
      how,
      keyAlgorithm,
      notBefore,
      notAfter,
      keyLocation,
    })),
    ...(permitted && { permitted }),
    ...(excluded && { excluded }),
    ...(crlUrl !== undefined && { crlUrl }),
    ...(request.root.kind === 'create-offline' && { rootKey: request.root.keyPath }),
  };
  const plan = ({ id, how, keyAlgorithm, keyLocation, notAfter }: PlannedAuthority) => {
    // the holder of the external root decides the lifetime of a requested CA
    const expiry = how === 'request' ? '' : `, expires ${formatInstant(notAfter)}`;
    return [id, `${VERBS[how]}: ${keyAlgorithm}, key ${KEY_PLACES[keyLocation]}${expiry}`] as const;
  };
  return {
    table: () =>
      formatFacts([
        ['home', home.directory],
        ['trust domain', trustDomain],
        ...authorities.map(plan),
        ['root key', value.rootKey],
        ['permitted', permitted?.join(', ')],
        ['excluded', excluded?.join(', ')],
        ['crl url', crlUrl],
        ['keys at rest', keyProtection === 'none' ? 'not encrypted' : 'encrypted with a passphrase'],
        ['dry run', 'nothing was created'],
      ]),
    json: () => ({ kind: 'ca-init', value }),
    jsonl: () => [{ kind: 'ca-init', value }],
  };
}

export function initResultView({ home, authorities, csrPem, rootKey, trustDomain }: InitResult): View<typeof CA_INIT> {
  const paths = { bundle: home.public.bundlePem, crls: home.public.crls, policy: home.policy };
  const pending = authorities.find(({ state }) => state === 'pending');
  const value = {
    dryRun: false,
    home: home.directory,
    trustDomain,
    cas: authorities.map(({ id, tier, generation, state, keyAlgorithm, keyLocation, createdAt, certificate }) => ({
      ...{ ca: id, tier, generation, state, keyAlgorithm, keyLocation, createdAt },
      ...(certificate && {
        serial: certificate.serial,
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
      }),
    })),
    ...paths,
    ...(csrPem !== undefined && { csr: csrPem }),
    ...(rootKey !== undefined && { rootKey }),
  };
  return {
    table: () =>
      formatFacts([
        ['home', home.directory],
        ['trust domain', trustDomain],
        ...authorities.map(
          ({ id, certificate, keyAlgorithm, keyLocation }) =>
            [
              id,
              `${keyAlgorithm}, key ${KEY_PLACES[keyLocation]}, ${certificate === undefined ? 'waits for its certificate' : `expires ${formatInstant(certificate.notAfter)}`}`,
            ] as const,
        ),
        ['root key', rootKey && `${rootKey}: the only copy; move it off this machine`],
        ...(pending === undefined
          ? ([
              ['bundle', paths.bundle],
              ['crls', paths.crls],
            ] as const)
          : ([['request', home.authority(pending.id).csr]] as const)),
        ['policy', paths.policy],
        ['next', pending === undefined ? REMEDIES.firstCertificate() : REMEDIES.caPending()],
      ]),
    json: () => ({ kind: 'ca-init', value }),
    jsonl: () => [{ kind: 'ca-init', value }],
  };
}
