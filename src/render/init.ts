import type { InitPlan, InitResult } from '../authority/init-pki.ts';
import type { Home } from '../store/home.ts';
import { formatFacts } from './facts.ts';
import { formatInstant } from './json.ts';
import type { View } from './output.ts';

const KEY_PLACES = { file: 'in the home', offline: 'offline', foreign: 'elsewhere' } as const;

export function initPlanView(home: Home, { request, authorities }: InitPlan): View {
  const value = {
    dryRun: true,
    home: home.directory,
    trustDomain: request.trustDomain,
    keyProtection: request.keyProtection,
    authorities: authorities.map(({ id, tier, how, keyAlgorithm, notBefore, notAfter, keyLocation }) => ({
      id,
      tier,
      how,
      keyAlgorithm,
      notBefore,
      notAfter,
      keyLocation,
    })),
  };
  const verb = { create: 'would make', import: 'would import', request: 'would request' } as const;
  return {
    table: () =>
      formatFacts([
        ['would make', home.directory],
        ['trust domain', request.trustDomain],
        ['keys at rest', request.keyProtection === 'none' ? 'not encrypted' : 'encrypted with a passphrase'],
      ]) +
      authorities
        .map(
          one =>
            `${verb[one.how]} ${one.id}  ${one.keyAlgorithm}, key ${KEY_PLACES[one.keyLocation]}, until ${formatInstant(one.notAfter)}\n`,
        )
        .join(''),
    json: () => ({ kind: 'init', value }),
    jsonl: () => [{ kind: 'init', value }],
  };
}

export function initResultView({ home, authorities, csrPem, trustDomain }: InitResult): View {
  const paths = { bundle: home.public.bundlePem, crls: home.public.crls, policy: home.policy };
  const pending = authorities.find(({ state }) => state === 'pending');
  const value = {
    dryRun: false,
    home: home.directory,
    trustDomain,
    authorities: authorities.map(({ certificate, ...authority }) => ({
      ...authority,
      ...(certificate && {
        serial: certificate.serial,
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
      }),
    })),
    ...paths,
    ...(csrPem !== undefined && { csr: csrPem }),
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
              `${keyAlgorithm}, key ${KEY_PLACES[keyLocation]}, ${certificate === undefined ? 'waits for its certificate' : `until ${formatInstant(certificate.notAfter)}`}`,
            ] as const,
        ),
        ...(pending === undefined
          ? ([
              ['bundle', paths.bundle],
              ['crls', paths.crls],
            ] as const)
          : ([['request', home.authority(pending.id).csr]] as const)),
        ['policy', paths.policy],
        ['next', pending === undefined ? 'svcauth issue <service>' : 'svcauth ca install-cert CERT --chain ROOT'],
      ]),
    json: () => ({ kind: 'init', value }),
    jsonl: () => [{ kind: 'init', value }],
  };
}
