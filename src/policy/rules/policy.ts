// Declares the policy and its defaults, and decides which names, lifetimes and keys it allows for a certificate.
// `decide-spec.ts` enforces it; most subjects read its values. It reads no file: `file.ts` parses svcauth.yaml.
import { KEY_ALGORITHM_NAMES, type KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import { dnsNameFault, isBelow, type DnsName } from '../../pki/name/dns-name.ts';
import { namesOfLeaf } from '../../pki/name/carried-names.ts';
import { ipAddressText, type IpAddress } from '../../pki/name/ip-address.ts';
import { containsAddress, parseIpRange, type IpRange } from '../../pki/name/ip-range.ts';
import type { SpiffeId, TrustDomain } from '../../pki/name/spiffe-id.ts';
import { durationText, parseDuration, parseThreshold, type Seconds, type Threshold } from '../../time/duration.ts';
import type { ConsumerSpec, HookSpec, ReloadKind, RenewalSpec } from '../../record/upkeep.ts';
import {
  matchesDns,
  matchesPath,
  parseDnsPattern,
  parsePathPattern,
  type DnsPattern,
  type PathPattern,
} from './pattern.ts';
import type { ServiceName } from '../../service/rules/name.ts';
import { parseSpiffeIdTemplate, type SpiffeIdTemplate } from './spiffe-id-template.ts';
import type { NotAfterPolicy } from './not-after-policy.ts';
import type { RotationMode } from './rotation-mode.ts';

/** The decided values of svcauth.yaml: what may be signed, and when a check reports a problem. */
export interface Policy {
  readonly trustDomain: TrustDomain;
  readonly spiffeIdTemplate: SpiffeIdTemplate;
  readonly leaf: {
    readonly ttl: Seconds;
    readonly maxTtl: Seconds;
    readonly keyAlgorithm: KeyAlgorithmName;
    readonly notAfterPolicy: NotAfterPolicy;
    /** How far notBefore is in the past, for clocks that are slow; may be 0. */
    readonly backdate: Seconds;
  };
  readonly crl: {
    readonly lifetime: Seconds;
    readonly rootLifetime: Seconds;
    /** The age at which a CRL is replaced. */
    readonly refreshAfter: Threshold;
    /** URL of the published CRLs; absent: certificates have no CRL distribution point. */
    readonly url?: string;
    /** The directories that `crl publish` and `tick` keep up to date; absolute. Absent: none. */
    readonly publishTo?: readonly string[];
  };
  readonly allow: {
    /** Each allows itself and every name below it. */
    readonly dnsSuffixes: readonly string[];
    readonly dns: readonly DnsPattern[];
    readonly ips: readonly IpRange[];
    readonly spiffePaths: readonly PathPattern[];
    readonly keyAlgorithms: readonly KeyAlgorithmName[];
  };
  /** Renewal of services that have no settings of their own. */
  readonly renewal: RenewalSpec;
  /** Deployment of services that have no settings of their own. */
  readonly deployment: {
    readonly hookTimeout: Seconds;
    readonly hooks: readonly HookSpec[];
    /** How programs of services load changed trust, if not by a hook. */
    readonly reload?: ReloadKind;
    /** Seconds; only for `self`. */
    readonly every?: Seconds;
  };
  /** Programs that load published trust and are not services of this PKI. */
  readonly consumers: readonly ConsumerSpec[];
  readonly rotation: {
    /** The side that takes the steps of a rotation: `auto` is `tick`, `manual` the operator. */
    readonly issuing: RotationMode;
    readonly root: RotationMode;
    /** Time for consumers to load published files before a new CA is activated or an old one is retired. */
    readonly soak: Seconds;
  };
  /** Remaining lifetimes at which a check reports a finding. */
  readonly check: {
    readonly leafWarning: Threshold;
    readonly leafCritical: Threshold;
    readonly caWarning: Threshold;
    readonly caCritical: Threshold;
    readonly crlWarning: Threshold;
    readonly crlCritical: Threshold;
  };
}

export function defaultPolicy(trustDomain: TrustDomain): Policy {
  return {
    trustDomain,
    spiffeIdTemplate: parseSpiffeIdTemplate('/{service}'),
    leaf: {
      ttl: parseDuration('30d'),
      maxTtl: parseDuration('90d'),
      keyAlgorithm: 'ecdsa-p256',
      notAfterPolicy: 'err',
      backdate: parseDuration('60s'),
    },
    crl: {
      lifetime: parseDuration('14d'),
      rootLifetime: parseDuration('90d'),
      refreshAfter: parseThreshold('25%'),
    },
    allow: {
      // a trust domain that is not a DNS name (an underscore, an IPv4 address) has no names below it
      dnsSuffixes: dnsNameFault(trustDomain) === undefined ? [trustDomain] : [],
      dns: [parseDnsPattern('*')],
      ips: [parseIpRange('127.0.0.0/8'), parseIpRange('::1/128')],
      spiffePaths: [parsePathPattern('/**')],
      keyAlgorithms: KEY_ALGORITHM_NAMES,
    },
    renewal: {},
    deployment: { hookTimeout: parseDuration('60s'), hooks: [] },
    consumers: [],
    // SPIFFE Trust Domain and Bundle §4.1.2: three to five refresh hints, and no less than a day for those who do not follow them
    rotation: { issuing: 'manual', root: 'manual', soak: parseDuration('24h') },
    check: {
      leafWarning: parseThreshold('25%'),
      leafCritical: parseThreshold('10%'),
      caWarning: parseThreshold('60d'),
      caCritical: parseThreshold('30d'),
      crlWarning: parseThreshold('50%'),
      crlCritical: parseThreshold('25%'),
    },
  };
}

/** The properties of a certificate that the policy limits. */
export interface PolicyRequest {
  readonly service: ServiceName;
  readonly spiffeId: SpiffeId;
  readonly dns: readonly DnsName[];
  readonly ip: readonly IpAddress[];
  readonly ttl: Seconds;
  readonly keyAlgorithm: KeyAlgorithmName;
}

/** The rules that can refuse, by their place in svcauth.yaml. */
export type PolicyRule =
  'trustDomain' | 'leaf.maxTtl' | 'allow.dnsSuffixes' | 'allow.ips' | 'allow.spiffePaths' | 'allow.keyAlgorithms';

export interface Violation {
  readonly service: ServiceName;
  readonly rule: PolicyRule;
  /** The value that the rule would have to allow, in the syntax of svcauth.yaml. Absent if no line can allow it. */
  readonly wanted?: string;
  readonly problem: string;
}

/** Lists the violations of a request; empty if it may be signed. */
export function enforcePolicy(policy: Policy, request: PolicyRequest): readonly Violation[] {
  return [
    ...spiffeIdViolations(policy, request.spiffeId),
    ...nameViolations(policy, request),
    ...limitViolations(policy, request),
  ].map(violation => ({ service: request.service, ...violation }));
}

type Finding = Omit<Violation, 'service'>;

function spiffeIdViolations({ trustDomain, allow }: Policy, id: SpiffeId): readonly Finding[] {
  if (id.trustDomain !== trustDomain) {
    return [{ rule: 'trustDomain', problem: `SPIFFE ID "${id.uri}" is not in the trust domain ${trustDomain}` }];
  }
  if (id.path === '') {
    const problem = `SPIFFE ID "${id.uri}" has no path: it names the trust domain, not a service (X509-SVID §5.2)`;
    return [{ rule: 'allow.spiffePaths', problem }];
  }
  if (allow.spiffePaths.some(pattern => matchesPath(pattern, id.path))) return [];
  const problem = `SPIFFE path "${id.path}" does not match allow.spiffePaths (${list(allow.spiffePaths)})`;
  return [{ rule: 'allow.spiffePaths', wanted: id.path, problem }];
}

/** Checks the hosts and addresses that the certificate would have. The SPIFFE ID has its own rules, and the subject has none. */
function nameViolations(policy: Policy, { service, spiffeId, dns, ip }: PolicyRequest): readonly Finding[] {
  const names = namesOfLeaf({ commonName: service, spiffeId: spiffeId.uri, dns, ip: ip.map(({ octets }) => octets) });
  return names.flatMap(name => {
    if (name.type === 'dns' && !allowsDns(policy, name.value)) return [dnsViolation(policy, name.value)];
    if (name.type === 'ip' && !allowsIp(policy, name.octets)) return [ipViolation(policy, name.octets)];
    return [];
  });
}

function allowsDns({ allow }: Policy, name: string): boolean {
  return (
    allow.dnsSuffixes.some(suffix => isBelow(name, suffix)) || allow.dns.some(pattern => matchesDns(pattern, name))
  );
}

function dnsViolation({ allow }: Policy, name: string): Finding {
  return {
    rule: 'allow.dnsSuffixes',
    wanted: name.replace(/^\*\./, ''),
    problem:
      `DNS name "${name}" is not below allow.dnsSuffixes (${list(allow.dnsSuffixes)}) ` +
      `and does not match allow.dns (${list(allow.dns)})`,
  };
}

function allowsIp({ allow }: Policy, octets: Uint8Array): boolean {
  return allow.ips.some(range => containsAddress(range, octets));
}

function ipViolation({ allow }: Policy, octets: Uint8Array): Finding {
  const wanted = ipAddressText(octets);
  const ranges = list(allow.ips.map(range => range.text));
  return {
    rule: 'allow.ips',
    wanted,
    problem: `IP address ${wanted} is not in allow.ips (${ranges})`,
  };
}

function limitViolations({ leaf, allow }: Policy, request: PolicyRequest): readonly Finding[] {
  const findings: Finding[] = [];
  if (request.ttl > leaf.maxTtl) {
    const [wanted, most] = [durationText(request.ttl), durationText(leaf.maxTtl)];
    findings.push({ rule: 'leaf.maxTtl', wanted, problem: `ttl ${wanted} is longer than leaf.maxTtl (${most})` });
  }
  if (!allow.keyAlgorithms.includes(request.keyAlgorithm)) {
    const problem = `key algorithm ${request.keyAlgorithm} is not one of allow.keyAlgorithms (${list(allow.keyAlgorithms)})`;
    findings.push({ rule: 'allow.keyAlgorithms', wanted: request.keyAlgorithm, problem });
  }
  return findings;
}

const list = (words: readonly string[]): string => (words.length === 0 ? 'empty' : words.join(', '));
