import { authorityRows } from '../../../ca/run/rows.ts';
import { clockOf } from '../../../store/clock.ts';
import { checkManifest, type CheckInput } from '../../rules/check.ts';
import { monitoredItems } from '../../rules/monitored-item.ts';
import { riskQuestion } from '../../rules/thresholds.ts';
import { rotatedAuthorities } from '../../rules/rotation.ts';
import type { CheckLook, CheckSource } from '../source.ts';

/** Finds the expiries and pending deployments in the records of the manifest. */
export const records: CheckSource = look => {
  const rotated = look.rotation.outlooks.flatMap(outlook => rotatedAuthorities(outlook, look.authorities, look.at));
  const awaited = new Set(look.rotation.outlooks.flatMap(outlook => outlook.awaited ?? []));
  const inDoubt = clockOf(look.pki).jump === undefined ? undefined : look.policy.crl;
  const input = { ...gather(look), rotated: new Set(rotated), awaited, inDoubt };
  return {
    findings: checkManifest(input, look.thresholds, look.at),
    monitored: look.everything ? monitoredItems(input, look.at) : [],
  };
};

function gather({ pki: { manifest }, thresholds, at, selected, everything, authorities: cas }: CheckLook): CheckInput {
  const authorities = authorityRows(manifest);
  const intents = manifest.intents();
  if (selected !== undefined) {
    const named = new Set(selected.map(({ service }) => service.name));
    return { services: selected, intents: intents.filter(({ service }) => named.has(service)), authorities };
  }
  const services = everything ? manifest.liveServices() : manifest.servicesAtRisk(riskQuestion(thresholds, cas, at));
  return { services, intents, authorities };
}
