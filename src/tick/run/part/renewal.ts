// The part of `tick` that renews due certificates and deploys them.
// `parts.ts` lists it, and the deployment part takes its results. `renewal/run/renew.ts` decides and does the work.
import { toDeploy, toIssue } from '../../../issuance/rules/planned.ts';
import { deploymentSettings } from '../../../deployment/rules/settings.ts';
import { ISSUE_REASONS } from '../../../due/rules/reason.ts';
import {
  applyRenewal,
  hasWork,
  planRenewal,
  WHATEVER_IS_DUE,
  type RenewalPlan,
  type RenewalResult,
} from '../../../renewal/run/renew.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';
import type { Earlier, PartOutcome, PartPlan, TickLook, TickPart } from '../part.ts';
import { crls } from './crls.ts';
import { files } from './files.ts';
import { deployedActions, firstDeployed, retriedAction } from './deployed-action.ts';
import { overlaps } from './overlaps.ts';

interface RenewalPartPlan extends PartPlan {
  /** Without the overlaps that ended, which are another part. */
  readonly due: RenewalPlan;
}

interface RenewalPartOutcome extends PartOutcome {
  readonly deployed: RenewalResult['deployed'];
}

const RENEWED = actionKind('renewed', 'service', 'renewed', 'would renew');

/** Renews the certificates that are due, and deploys them. */
export const renewal: TickPart<RenewalPartPlan, RenewalPartOutcome> = {
  name: 'renewal',
  plan: async (look, earlier) => {
    const { pki, policy } = look;
    const lost = earlier.of(files)?.plan.lost;
    const plan = planned(earlier) ?? (await planRenewal(pki, policy, { ...WHATEVER_IS_DUE, ...(lost && { lost }) }));
    const due = { ...plan, outlived: [] };
    return {
      due,
      actions: [...renewedActions(due), ...deploymentActions(look, due)],
      refusals: due.steps.flatMap(({ refusal }) => refusal ?? []),
    };
  },
  carryOut: async ({ pki, policy, ask }, { due }) => {
    if (!hasWork(due)) return { actions: [], failures: [], deployed: [] };
    const { issued, deployed } = await applyRenewal(pki, policy, due, ask, () => undefined);
    const reasons = reasonsOf(due);
    const renewed = issued.map(({ service, serial, notAfter }): TickAction => {
      const detail = reasons.get(service);
      return { kind: RENEWED, subject: service, serial, until: notAfter, ...(detail && { detail }) };
    });
    const names = new Set(issued.map(({ service }) => service));
    return { actions: [...renewed, ...deployedActions(deployed, names)], failures: [], deployed };
  },
};

/** Reuses the plan of the overlaps, unless revocations were adopted since, or keys are lost: their services are due now. */
const planned = (earlier: Earlier): RenewalPlan | undefined =>
  earlier.of(crls)?.plan.keep.adopted.length || earlier.of(files)?.plan.lost.size
    ? undefined
    : earlier.of(overlaps)?.plan.due;

const reasonsOf = ({ steps }: RenewalPlan): ReadonlyMap<string, string> =>
  new Map(
    steps.flatMap(step =>
      step.action === 'renew' && step.refusal === undefined ? [[step.service, ISSUE_REASONS[step.reason].words]] : [],
    ),
  );

const renewedActions = (due: RenewalPlan): readonly TickAction[] =>
  [...reasonsOf(due)].map(([subject, detail]) => ({ kind: RENEWED, subject, detail }));

/** Lists the deployments by service name, which is the order of deployment. */
function deploymentActions({ pki, policy }: TickLook, { planned: due }: RenewalPlan): readonly TickAction[] {
  const [certificates, switches] = [toIssue(due), toDeploy(due)];
  if (certificates.length + switches.length === 0) return [];
  const first = pki.manifest.servicesNamed(certificates.map(({ service }) => service)).map(({ service }) => {
    const { outputs, hooks } = deploymentSettings(service, policy.deployment);
    return { service: service.name, actions: firstDeployed(service.name, outputs.length, hooks.length) };
  });
  const switched = new Set(switches.map(({ service }) => service));
  const retried = pki.manifest
    .pendingServices()
    .flatMap(({ service: { name }, certificate, deployment }) =>
      switched.has(name) && certificate?.state === 'current' && deployment !== undefined
        ? [{ service: name, actions: [retriedAction({ service: name, serial: certificate.serial, deployment })] }]
        : [],
    );
  return [...first, ...retried].sort((a, b) => (a.service < b.service ? -1 : 1)).flatMap(({ actions }) => actions);
}
