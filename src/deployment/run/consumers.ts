// Answers who loads published trust, and what each consumer has loaded of it.
// Reloading, monitoring and the gates of a rotation call it. It takes no lock, runs no hook and records nothing.
import type { ConsumerState } from '../rules/consumer.ts';
import { planConsumers } from '../rules/consumer.ts';
import type { ConsumerRecord, LoadedCrl, PublishedTrust, ServiceGroup, TrustState } from '../../record/consumer.ts';
import { WITHDRAWALS } from '../../due/rules/withdrawal.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { publishedTrust } from '../../publication/run/published-trust.ts';
import type { Pki } from '../../store/open-pki.ts';
import { serviceVariables } from './hook-variables.ts';

/** An open PKI, with or without a lock. */
type OpenPki = Pick<Pki, 'world' | 'home' | 'manifest'>;

/** Lists every consumer with what it has loaded, commands first. */
export const consumersOf = (pki: OpenPki, policy: Policy): readonly ConsumerState[] =>
  consumersWith(pki, policy, publishedTrust(pki, policy)).map(({ state }) => state);

/** A consumer with its record and the state that its record names. */
export interface KnownConsumer {
  readonly state: ConsumerState;
  readonly record: ConsumerRecord | undefined;
  /** Trust that it has loaded, with its fingerprint; absent if that is unknown. */
  readonly loaded: TrustState | undefined;
}

/** Lists every consumer, and compares what it has loaded with `published`. */
export function consumersWith(pki: OpenPki, policy: Policy, published: PublishedTrust): readonly KnownConsumer[] {
  const { manifest, world } = pki;
  const states = manifest.trustStates();
  const byId = new Map(states.map(state => [state.id, state]));
  const records = new Map(manifest.consumerRecords().map(record => [record.id, record]));
  const acknowledged = new Map(manifest.acknowledgements().map(({ verifier, sequence }) => [verifier, sequence]));
  const consumers = planConsumers(
    manifest.serviceGroups(WITHDRAWALS),
    policy,
    group => manifest.groupMembers(group, WITHDRAWALS),
    serviceVariables(world),
  );
  return consumers.map(({ group, ...consumer }) => {
    const record = records.get(consumer.id);
    switch (consumer.reload) {
      case 'self': {
        const since = world.now.getTime() - consumer.every! * 1000;
        const loaded = states.find(({ at }) => at.getTime() <= since);
        return { state: { ...consumer, ...loadedAt(loaded, new Date(since)) }, record, loaded };
      }
      case 'undeclared': {
        const loaded = group?.state === undefined ? undefined : byId.get(group.state);
        const about = presumed(pki, policy, group!);
        const { bundleSequence } = loaded ?? about;
        // a directory may have lacked a CRL that its program read elsewhere
        const crls = new Map([...about.crls, ...(loaded?.crls ?? [])]);
        // an operator may have reported a later reload
        const at = loaded !== undefined && loaded.at > about.at ? loaded.at : about.at;
        return { state: { ...consumer, loaded: { at, bundleSequence, crls } }, record, loaded };
      }
      default: {
        const loaded = record?.loaded && byId.get(record.loaded.state);
        const known = loadedAt(loaded, record?.loaded?.at ?? world.now);
        const by = consumer.reload === 'manual' ? acknowledged.get(consumer.name) : undefined;
        const state = { ...consumer, ...raised(known, by, world.now), ...pendingOf(record, loaded, published) };
        return { state, record, loaded };
      }
    }
  });
}

const loadedAt = (state: TrustState | undefined, at: Date): Pick<ConsumerState, 'loaded'> =>
  state === undefined ? {} : { loaded: { at, bundleSequence: state.bundleSequence, crls: state.crls } };

/** Raises the sequence to the one that `ca rotate ack` has recorded. */
function raised(known: Pick<ConsumerState, 'loaded'>, sequence: number | undefined, now: Date) {
  if (sequence === undefined || sequence <= (known.loaded?.bundleSequence ?? 0)) return known;
  return { loaded: { at: now, crls: new Map<string, LoadedCrl>(), ...known.loaded, bundleSequence: sequence } };
}

function pendingOf(
  record: ConsumerRecord | undefined,
  loaded: TrustState | undefined,
  published: PublishedTrust,
): Pick<ConsumerState, 'pending'> {
  if (loaded?.fingerprint === published.fingerprint) return {};
  const { attempts = 0, problem } = record ?? {};
  return { pending: { attempts, ...(problem !== undefined && { problem }) } };
}

/** Presumes that services without a hook loaded the CRLs of their deployment. These expire one lifetime later at the latest. */
function presumed(
  { manifest }: Pick<Pki, 'manifest'>,
  { crl }: Policy,
  { since }: ServiceGroup,
): NonNullable<ConsumerState['loaded']> {
  const known = manifest.authorities().filter(({ createdAt, state }) => createdAt <= since && state !== 'retired');
  return {
    at: since,
    bundleSequence: 0,
    crls: new Map(
      known.map(({ id, tier }) => {
        const lifetime = tier === 'root' ? crl.rootLifetime : crl.lifetime;
        return [id, { number: 0n, nextUpdate: new Date(since.getTime() + lifetime * 1000) }];
      }),
    ),
  };
}
