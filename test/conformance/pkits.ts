import { ask } from './ask.ts';
import type { ConformanceSuite } from './case.ts';
import { base64Bytes, readVectors } from './vectors.ts';

interface Pkits {
  policies: Readonly<Record<string, string>>;
  cases: readonly PkitsCase[];
  certs: Readonly<Record<string, string>>;
  crls: Readonly<Record<string, string>>;
}

interface PkitsCase {
  Name: string;
  /** Certificates, the anchor first, the target last. */
  CertPath: readonly string[];
  CRLPath: readonly string[];
  ShouldValidate: boolean;
  InitialPolicySet: readonly string[];
  InitialPolicyMappingInhibit: boolean;
  InitialExplicitPolicy: boolean;
  InitialAnyPolicyInhibit: boolean;
}

/** A time at which the whole suite is valid: it is valid from 2010 to 2030. */
const NOW = new Date('2020-01-01T00:00:00Z');

/** Sections with features that we support. In the others only a false acceptance is wrong. */
const PROMISED = /^4\.(?:[1-7]|13|16)\./;

export function pkits(): readonly ConformanceSuite[] {
  const vectors = readVectors<Pkits>('path/pkits.json');
  if (vectors === undefined) return [];
  const cases = (keep: (name: string) => boolean) =>
    vectors.cases.filter(({ Name }) => keep(Name)).map(vector => pkitsCase(vector, vectors));
  return [
    { name: 'pkits 4.1-4.7, 4.13, 4.16', cases: cases(name => PROMISED.test(name)) },
    { name: 'pkits 4.8-4.12, 4.14, 4.15', cases: cases(name => !PROMISED.test(name)) },
  ];
}

function pkitsCase(vector: PkitsCase, { certs, crls, policies }: Pkits): ConformanceSuite['cases'][number] {
  return {
    id: vector.Name,
    expected: vector.ShouldValidate ? 'accept' : 'refuse',
    run: () => {
      const [anchor, ...others] = vector.CertPath.map(name => base64Bytes(certs[name]!));
      return ask(
        others.pop()!,
        { anchors: [anchor!], intermediates: others, crls: vector.CRLPath.map(name => base64Bytes(crls[name]!)) },
        {
          now: NOW,
          purpose: 'any',
          policies: {
            initialPolicySet: vector.InitialPolicySet.map(name => policies[name]!),
            initialExplicitPolicy: vector.InitialExplicitPolicy,
            initialPolicyMappingInhibit: vector.InitialPolicyMappingInhibit,
            initialAnyPolicyInhibit: vector.InitialAnyPolicyInhibit,
          },
        },
      );
    },
  };
}
