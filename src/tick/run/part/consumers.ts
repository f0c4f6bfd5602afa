// The part of `tick` that brings changed trust to its consumers. It writes files and outputs of services, then runs the hooks that reload
// programs. `parts.ts` lists it after every part that changes or publishes trust. `deployment/run/publish-and-reload.ts` does the work.
import { plural } from '../../../text/plural.ts';
import { followTrust, isFollowed, reloadErrors } from '../../../deployment/run/publish-and-reload.ts';
import type { ConsumerState } from '../../../deployment/rules/consumer.ts';
import { deploymentSettings } from '../../../deployment/rules/settings.ts';
import { toDeploy, toIssue } from '../../../issuance/rules/planned.ts';
import { planReload, type Reloaded } from '../../../deployment/run/reload.ts';
import { publishedTrust } from '../../../publication/run/published-trust.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';
import type { Earlier, PartPlan, TickLook, TickPart } from '../part.ts';
import { crls } from './crls.ts';
import { deployment } from './deployment.ts';
import { renewal } from './renewal.ts';
import { trust } from './trust.ts';

interface ConsumersPlan extends PartPlan {
  /** Commands that failed for a new certificate in this tick, as JSON. */
  readonly failed: ReadonlySet<string>;
  /** Every consumer has loaded the published trust, and every file holds it. */
  readonly isIdle: boolean;
}

const KINDS = ['bundle', 'crl'] as const;
const ANCHORS = actionKind('anchors-updated', 'service', 'updated', 'would update');
const RELOADED = actionKind('reloaded', 'consumer', 'reloaded', 'would reload');

/** Reloads the consumers that have not loaded the published trust. Each is tried once a tick. */
export const consumers: TickPart<ConsumersPlan> = {
  name: 'consumers',
  plan: ({ pki, policy }, earlier) => {
    const newest = pki.manifest.newestTrustState();
    const published = publishedTrust(pki, policy);
    const known = newest?.fingerprint === published.fingerprint ? newest : published;
    const failed = failedBefore(earlier);
    const ahead = changingBefore(earlier);
    const taken = deployedBefore({ pki, policy }, earlier);
    const actions = planReload(pki, policy, known, { failed, force: ahead.length > 0, only: each => !taken(each) }).map(
      ({ state, changed }) =>
        reloaded({ consumer: state, changed: KINDS.filter(kind => changed.includes(kind) || ahead.includes(kind)) }),
    );
    const isIdle = actions.length === 0 && known === newest && isFollowed(pki, known);
    return { failed, isIdle, actions, refusals: [] };
  },
  carryOut: async ({ pki, policy }, { failed, isIdle }) => {
    if (isIdle) return { actions: [], failures: [] };
    const { services, deployed, reloaded: done } = await followTrust(pki, policy, { failed });
    return {
      actions: [
        ...services.refreshed.map(subject => ({ kind: ANCHORS, subject, detail: 'trust anchors' })),
        ...done.filter(({ problem }) => problem === undefined).map(reloaded),
      ],
      failures: [...services.failed.map(({ error }) => error), ...reloadErrors(done)],
      deployed: deployed.filter(({ problem }) => problem !== undefined),
    };
  },
};

/** Lists the hooks that failed for a new certificate: the next tick tries them again. */
function failedBefore(earlier: Earlier): ReadonlySet<string> {
  const tried = [earlier.of(renewal), earlier.of(deployment)].flatMap(part =>
    part?.state === 'done' ? (part.outcome.deployed ?? []) : [],
  );
  const hooks = tried.flatMap(({ hooks }) => hooks.filter(({ outcome }) => outcome !== 'succeeded'));
  return new Set(hooks.map(({ argv }) => JSON.stringify(argv)));
}

/** In a dry run, tests for a consumer that the hooks of a planned deployment reload. */
function deployedBefore({ pki, policy }: TickLook, earlier: Earlier): (consumer: ConsumerState) => boolean {
  const [renewed, retried] = [earlier.of(renewal), earlier.of(deployment)];
  const due = renewed?.state === 'planned' ? renewed.plan.due.planned : [];
  const names = [
    ...[...toIssue(due), ...toDeploy(due)].map(({ service }) => service),
    ...(retried?.state === 'planned' ? retried.plan.steps.map(({ service }) => service) : []),
  ];
  const services = new Set(names);
  const hooks = pki.manifest
    .servicesNamed(names)
    .flatMap(({ service }) => deploymentSettings(service, policy.deployment).hooks)
    .filter(({ on }) => on.includes('trust'));
  const commands = new Set(hooks.map(({ argv }) => JSON.stringify(argv)));
  return ({ service, hooks: own }) =>
    (service === undefined || services.has(service)) && own.every(({ argv }) => commands.has(JSON.stringify(argv)));
}

/** Names the trust that earlier parts of a dry run would change. */
function changingBefore(earlier: Earlier): readonly string[] {
  const [bundle, crl] = [earlier.of(trust), earlier.of(crls)];
  return [
    ...(bundle?.state === 'planned' && bundle.plan.actions.length > 0 ? ['bundle'] : []),
    ...(crl?.state === 'planned' && crl.plan.actions.length > 0 ? ['crl'] : []),
  ];
}

const reloaded = ({ consumer: { name, services }, changed }: Pick<Reloaded, 'consumer' | 'changed'>): TickAction => ({
  ...{ kind: RELOADED, subject: name },
  detail: [changed.join(' and '), ...(services === 0 ? [] : [plural(services, 'service')])].join(', '),
});
