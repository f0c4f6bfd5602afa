import { deploymentSettings } from '../../../deployment/rules/settings.ts';
import { deployedSerial, servedFinding, type ServedAddress } from '../../rules/served.ts';
import type { CheckLook, CheckSource } from '../source.ts';

/** Finds declared addresses that do not serve the deployed certificate, by the last probes; opens no connection. */
export const served: CheckSource = look => {
  const addresses = addressesOf(look);
  return {
    findings: addresses.flatMap(each => servedFinding(each, look.thresholds, look.at) ?? []),
    monitored: look.everything ? addresses.flatMap(each => monitored(each, look)) : [],
  };
};

function addressesOf({ pki: { manifest }, policy, selected }: CheckLook): readonly ServedAddress[] {
  const listening = manifest.listeningServices();
  if (listening.length === 0) return [];
  const named = selected && new Set(selected.map(({ service }) => service.name));
  const records = new Map(manifest.servedRecords().map(record => [`${record.service} ${record.address}`, record]));
  return listening.flatMap(live => {
    const { service } = live;
    if (named?.has(service.name) === false) return [];
    const hasHook = deploymentSettings(service, policy.deployment).hooks.length > 0;
    return (service.upkeep?.listen ?? []).map(address => {
      const record = records.get(`${service.name} ${address}`);
      const serial = record?.seen?.serial;
      const other = serial === undefined || serial === deployedSerial(live) ? undefined : manifest.certificate(serial);
      return { live, address, hasHook, ...(record && { record }), ...(other && { served: other }) };
    });
  });
}

function monitored(each: ServedAddress, { thresholds, at }: CheckLook) {
  const { record, address, live } = each;
  if (record === undefined) return [];
  const { service } = live;
  const isGood = record.problem === undefined && servedFinding(each, thresholds, at) === undefined;
  const span = { subject: address, from: record.triedAt, end: record.triedAt };
  return [
    { ...span, kind: 'address', service: service.name, isReached: record.problem === undefined, isGood } as const,
  ];
}
