// Reads the text of svcauth.yaml into a policy, and finds values that contradict each other.
// `run/load.ts` and the monitoring commands call it. It reads no file; defaults and enforcement are in `policy.ts`.
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { parseIpRange } from '../../pki/name/ip-range.ts';
import { parseDnsSubtree } from '../../pki/name/subtree.ts';
import { parseTrustDomain, type TrustDomain } from '../../pki/name/spiffe-id.ts';
import { parseCrlUrl } from './crl-url.ts';
import { durationText, parseDuration, parseThreshold, thresholdText, type Seconds } from '../../time/duration.ts';
import { hookTimeout } from '../../service/rules/hook-shape.ts';
import { parseDnsPattern, parsePathPattern } from './pattern.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { parsePublishDirectory } from './publish-directory.ts';
import { consumer, policyHooks } from './consumer-shape.ts';
import { reloadFault, RELOAD_SHAPES } from '../../service/rules/reload-shape.ts';
import { renewal } from '../../service/rules/renewal-shape.ts';
import { parseSpiffeIdTemplate } from './spiffe-id-template.ts';
import { readYaml } from '../../text/yaml/document.ts';
import { problemLines, type Place, type Problem, type YamlNode } from '../../text/yaml/tree.ts';
import { listOf, objectOf, textOf, type Read, type Report } from '../../text/yaml/value.ts';
import { parseKeyAlgorithm } from '../../pki/key/algorithm.ts';
import { parseNotAfterPolicy } from './not-after-policy.ts';
import { parseRotationMode } from './rotation-mode.ts';

const VERSION = 1;

const duration = textOf(parseDuration);
const threshold = textOf(parseThreshold);
const keyAlgorithm = textOf(parseKeyAlgorithm);
/** The only duration that may be 0. */
const backdate = textOf(text => (/^0[a-z]*$/.test(text) ? (0 as Seconds) : parseDuration(text)));

const version: Read<number> = (node, report) => {
  if (node.kind === 'scalar' && node.value === VERSION) return VERSION;
  report({ at: node.at, text: `version must be ${VERSION}` });
  return undefined;
};

const readFile = objectOf({
  version,
  trustDomain: textOf(parseTrustDomain),
  spiffeIdTemplate: textOf(parseSpiffeIdTemplate),
  leaf: objectOf<Policy['leaf']>({
    ttl: duration,
    maxTtl: duration,
    keyAlgorithm,
    notAfterPolicy: textOf(parseNotAfterPolicy),
    backdate,
  }),
  crl: objectOf<Policy['crl']>({
    lifetime: duration,
    rootLifetime: duration,
    refreshAfter: threshold,
    url: textOf(parseCrlUrl),
    publishTo: listOf(textOf(parsePublishDirectory)),
  }),
  allow: objectOf<Policy['allow']>({
    dnsSuffixes: listOf(textOf(parseDnsSubtree)),
    dns: listOf(textOf(parseDnsPattern)),
    ips: listOf(textOf(parseIpRange)),
    spiffePaths: listOf(textOf(parsePathPattern)),
    keyAlgorithms: listOf(keyAlgorithm),
  }),
  renewal: renewal.read,
  deployment: objectOf<Policy['deployment']>({
    hookTimeout: hookTimeout.read,
    hooks: policyHooks.read,
    reload: RELOAD_SHAPES.reload.read,
    every: RELOAD_SHAPES.every.read,
  }),
  consumers: listOf(consumer),
  rotation: objectOf<Policy['rotation']>({
    issuing: textOf(parseRotationMode),
    root: textOf(parseRotationMode),
    soak: duration,
  }),
  check: objectOf<Policy['check']>({
    leafWarning: threshold,
    leafCritical: threshold,
    caWarning: threshold,
    caCritical: threshold,
    crlWarning: threshold,
    crlCritical: threshold,
  }),
});

/**
 * Reads svcauth.yaml. A missing key has the default of the trust domain; an unknown key is an error. Throws ERR_POLICY_FILE with every
 * problem and its place.
 */
export async function parsePolicy(text: string, path: string): Promise<Policy> {
  const problems: Problem[] = [];
  const report: Report = problem => void problems.push(problem);
  const policy = await readPolicy(text, report);
  if (policy === undefined || problems.length > 0) {
    throw failure('ERR_POLICY_FILE', { path, problems: problemLines('svcauth.yaml', problems) });
  }
  return policy;
}

async function readPolicy(text: string, report: Report): Promise<Policy | undefined> {
  const root = await readYaml(text, report);
  const file = root === undefined ? undefined : readFile(root, report);
  if (root?.kind !== 'map' || file === undefined) return undefined;
  for (const key of ['version', 'trustDomain']) {
    if (!root.entries.some(entry => entry.key === key)) report({ at: root.at, text: `the key "${key}" is missing` });
  }
  if (file.trustDomain === undefined) return undefined;
  const policy = withDefaults(file.trustDomain, file);
  for (const { key, text: problem } of contradictions(policy)) report({ at: placeOfKey(root, key), text: problem });
  return policy;
}

type PolicyFile = NonNullable<ReturnType<typeof readFile>>;

function withDefaults(trustDomain: TrustDomain, file: PolicyFile): Policy {
  const base = defaultPolicy(trustDomain);
  return {
    trustDomain,
    spiffeIdTemplate: file.spiffeIdTemplate ?? base.spiffeIdTemplate,
    leaf: { ...base.leaf, ...file.leaf },
    crl: { ...base.crl, ...file.crl },
    allow: { ...base.allow, ...file.allow },
    renewal: { ...base.renewal, ...file.renewal },
    deployment: { ...base.deployment, ...file.deployment },
    consumers: file.consumers ?? base.consumers,
    rotation: { ...base.rotation, ...file.rotation },
    check: { ...base.check, ...file.check },
  };
}

interface Contradiction {
  readonly key: readonly string[];
  readonly text: string;
}

/** Finds values that are valid alone but contradict each other. */
function contradictions({ leaf, allow, crl, renewal, deployment, consumers, check }: Policy): readonly Contradiction[] {
  const found: Contradiction[] = [];
  if (leaf.ttl > leaf.maxTtl) {
    const text = `leaf.ttl (${durationText(leaf.ttl)}) is longer than leaf.maxTtl (${durationText(leaf.maxTtl)})`;
    found.push({ key: ['leaf', 'ttl'], text });
  }
  if (!allow.keyAlgorithms.includes(leaf.keyAlgorithm)) {
    const text = `leaf.keyAlgorithm (${leaf.keyAlgorithm}) is not one of allow.keyAlgorithms`;
    found.push({ key: ['leaf', 'keyAlgorithm'], text });
  }
  if ('span' in crl.refreshAfter && crl.refreshAfter.span >= Math.min(crl.lifetime, crl.rootLifetime)) {
    found.push({ key: ['crl', 'refreshAfter'], text: 'a CRL would expire before crl.refreshAfter' });
  }
  if (renewal.threshold !== undefined && 'span' in renewal.threshold && renewal.threshold.span >= leaf.ttl) {
    const text = `with renewal.threshold (${thresholdText(renewal.threshold)}) a certificate of leaf.ttl (${durationText(leaf.ttl)}) would be due immediately`;
    found.push({ key: ['renewal', 'threshold'], text });
  }
  const fault = reloadFault(deployment.reload, deployment.every);
  if (fault !== undefined) found.push({ key: ['deployment', 'reload'], text: fault });
  const names = consumers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) found.push({ key: ['consumers'], text: `two consumers have the name ${quote(twice)}` });
  for (const what of ['leaf', 'ca', 'crl'] as const) {
    const [warning, critical] = [check[`${what}Warning`], check[`${what}Critical`]];
    const late =
      ('span' in warning && 'span' in critical && critical.span > warning.span) ||
      ('percent' in warning && 'percent' in critical && critical.percent > warning.percent);
    if (!late) continue;
    found.push({
      key: ['check', `${what}Critical`],
      text: `check.${what}Critical is reached before check.${what}Warning`,
    });
  }
  return found;
}

/** Finds the place of a key, or of its section if the key is missing. */
function placeOfKey(root: YamlNode, key: readonly string[]): Place {
  let node = root;
  let at = root.at;
  for (const name of key) {
    const entry = node.kind === 'map' ? node.entries.find(candidate => candidate.key === name) : undefined;
    if (entry === undefined) return at;
    node = entry.value;
    at = entry.at;
  }
  return at;
}
