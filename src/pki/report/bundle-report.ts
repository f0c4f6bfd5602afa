// Describes every entry of a JWK Set for `inspect`. An invalid entry gets a `problem`.
// `report.ts` calls it. `bundle/read.ts` is the strict reader, which refuses the whole document instead.
import type { CertificateReport } from './certificate-report.ts';

/** A JWK Set: a SPIFFE bundle, or another one. */
export interface BundleReport {
  readonly type: 'bundle';
  /** The value of spiffe_sequence. */
  readonly sequence?: number;
  /** The value of spiffe_refresh_hint, in seconds. */
  readonly refreshHint?: number;
  readonly keys: readonly JwkReport[];
}

/** The members of a JWK that identify it. None of them is secret. */
export interface JwkReport {
  readonly kty?: string;
  readonly use?: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly crv?: string;
  /** The reason why verifiers ignore or reject the entry (SPIFFE Trust Domain and Bundle §4.2, X509-SVID §6). */
  readonly problem?: string;
  readonly certificates: readonly CertificateReport[];
}

type Members = Readonly<Record<string, unknown>>;
type ReportCertificate = (der: Uint8Array) => Promise<CertificateReport>;

/** Describes a JWK Set; undefined for text that is not a JSON object with a `keys` array. Throws the errors of `certificate`. */
export async function reportBundle(text: string, certificate: ReportCertificate): Promise<BundleReport | undefined> {
  const bundle = parseObject(text);
  if (bundle === undefined || !Array.isArray(bundle['keys'])) return undefined;
  const { spiffe_sequence: sequence, spiffe_refresh_hint: refreshHint } = bundle;
  const keys: JwkReport[] = [];
  for (const key of bundle['keys'] as unknown[]) keys.push(await reportJwk(key, certificate));
  return {
    type: 'bundle',
    ...(typeof sequence === 'number' && { sequence }),
    ...(typeof refreshHint === 'number' && { refreshHint }),
    keys,
  };
}

function parseObject(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function reportJwk(key: unknown, certificate: ReportCertificate): Promise<JwkReport> {
  if (!isObject(key)) return { problem: 'it is not a JSON object', certificates: [] };
  const chain = Array.isArray(key['x5c']) ? (key['x5c'] as unknown[]) : [];
  const problem = jwkProblem(key, chain);
  const certificates: CertificateReport[] = [];
  for (const base64 of chain.filter(isBase64)) certificates.push(await certificate(fromBase64(base64)));
  return {
    ...texts(key, ['kty', 'use', 'kid', 'alg', 'crv']),
    ...(problem !== undefined && { problem }),
    certificates,
  };
}

function jwkProblem(key: Members, chain: readonly unknown[]): string | undefined {
  if (typeof key['kty'] !== 'string') return 'it has no kty';
  if (typeof key['d'] === 'string' || key['kty'] === 'oct') return 'it contains a private key: destroy this copy';
  if (!chain.every(isBase64)) return 'its x5c is not base64';
  if (key['use'] === 'jwt-svid' && typeof key['kid'] !== 'string') return 'it has no kid (SPIFFE bundle §4.2.3)';
  if (key['use'] !== 'x509-svid') return undefined;
  if (key['kid'] !== undefined) return 'it has a kid (X509-SVID §6.1)';
  return chain.length === 1 ? undefined : `its x5c has ${chain.length} certificates instead of 1 (X509-SVID §6.1)`;
}

const isBase64 = (value: unknown): value is string =>
  typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value);

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

type TextMember = 'kty' | 'use' | 'kid' | 'alg' | 'crv';

function texts(key: Members, names: readonly TextMember[]): Partial<Record<TextMember, string>> {
  return Object.fromEntries(names.flatMap(name => (typeof key[name] === 'string' ? [[name, key[name]]] : [])));
}
