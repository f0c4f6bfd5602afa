// Formats a policy as a commented svcauth.yaml, which `rules/file.ts` reads back as the same policy.
// `ca init` writes the text. A new key of the policy gets its line and its comment here.
import { durationText, thresholdText } from '../../time/duration.ts';
import type { Policy } from '../rules/policy.ts';
import { yamlFlowList, yamlScalar } from '../../text/yaml/text.ts';

/** Formats svcauth.yaml with a comment for every key. It is ASCII, and simple enough to be read without the YAML package. */
export function renderPolicyFile({
  trustDomain,
  spiffeIdTemplate,
  leaf,
  crl,
  allow,
  deployment,
  rotation,
  check,
}: Policy): string {
  return `# Policy of this PKI: what it signs, and when "svcauth check" reports a problem. Every command reads this file again.
# A missing key has its default; an unknown key is an error.
# Durations: 90d, 36h, 1h15m, 2w, 6mo, 10y. Thresholds: a duration, or a share of the lifetime: 25%.
version: 1

# The SPIFFE trust domain. The CA certificates contain it, so it cannot be changed here.
trustDomain: ${yamlScalar(trustDomain)}

# The path of a service's SPIFFE ID: {service} is its name, {tag.ns} the value of "--tag ns=...".
# Another example: /ns/{tag.ns}/sa/{service}
spiffeIdTemplate: ${spiffeIdTemplate}

leaf:
  # Lifetime of a certificate without --ttl, and the longest lifetime that --ttl may request.
  ttl: ${durationText(leaf.ttl)}
  maxTtl: ${durationText(leaf.maxTtl)}
  # ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096
  keyAlgorithm: ${leaf.keyAlgorithm}
  # For a certificate that would outlive its CA: "err" refuses it, "truncate" shortens it to the expiry of the CA.
  notAfterPolicy: ${leaf.notAfterPolicy}
  # How far notBefore is in the past, for clocks that are slow.
  backdate: ${durationText(leaf.backdate)}

crl:
  # How long a CRL is valid. After it expires, verifiers that check revocation reject all certificates of the CA.
  lifetime: ${durationText(crl.lifetime)}
  # How long a CRL of the root is valid; it is longer because an operator may have to sign it by hand.
  rootLifetime: ${durationText(crl.rootLifetime)}
  # The age at which "svcauth crl refresh" signs a new CRL even if nothing was revoked.
  refreshAfter: ${thresholdText(crl.refreshAfter)}
  # URL of the published CRLs, written into new certificates. Existing certificates do not change.
  ${crl.url === undefined ? '# url: http://pki.example.org/crl' : `url: ${yamlScalar(crl.url)}`}
  # The directories that "svcauth crl publish" and "svcauth tick" keep up to date.
  ${crl.publishTo === undefined ? '# publishTo: [/srv/www/pki]' : `publishTo: ${yamlFlowList(crl.publishTo)}`}

# What may be issued. All other requests are refused before signing (exit status 7).
allow:
  # DNS names; each allows itself and every name below it.
  dnsSuffixes: ${yamlFlowList(allow.dnsSuffixes)}
  # Other DNS names; "*" matches any characters within a label, so '*' alone matches every name without a dot: web, localhost.
  dns: ${yamlFlowList(allow.dns)}
  # IP addresses and CIDR ranges.
  ips: ${yamlFlowList(allow.ips.map(range => range.text))}
  # Paths of SPIFFE IDs; "*" matches any characters within a segment, "**" matches one or more segments.
  spiffePaths: ${yamlFlowList(allow.spiffePaths)}
  keyAlgorithms: ${yamlFlowList(allow.keyAlgorithms)}

# Default renewal: at two thirds of the lifetime (at half for lifetimes of 10 days or less), and up to a twentieth of the lifetime
# earlier, so certificates issued together are renewed at different times. To change this for services without settings of their own:
# renewal:
#   # The used share of the lifetime, or the remaining time. It is exact: no certificate is renewed earlier.
#   threshold: 66%
#   # Preferred time for renewals: start as in crontab(5), and duration. A certificate that would expire before is renewed anyway.
#   window: {cron: '0 2 * * mon-fri', timezone: Europe/Berlin, duration: 3h}
#   # Revoke a certificate this long after its successor was deployed. Without it, replaced certificates are not revoked.
#   overlap: 48h

# Programs to run after new files are deployed, and after the published bundle or a CRL changed (every few days), for services without
# hooks of their own. They are run without a shell.
deployment:
  hooks: [${deployment.hooks.map(({ argv }) => yamlFlowList(argv)).join(', ')}]
  # hooks: [[systemctl, reload, nginx]]
  # To run a hook for new certificates only, or for changed trust only:
  # hooks: [{argv: [systemctl, reload, nginx], on: [certificate]}]
  # How programs without a hook load changed trust: "self" (and how often), "manual" (an operator reloads them) or "none".
  # reload: self
  # every: 1h
  # How long a hook may run before it is stopped.
  hookTimeout: ${durationText(deployment.hookTimeout)}

# Programs that load the published bundle and CRLs and are not services of this PKI, each with hooks or a kind of reload:
# consumers:
#   - {name: edge, hooks: [[systemctl, reload, haproxy]]}
#   - {name: etcd, reload: self, every: 1h}
#   - {name: appliance, reload: manual}

rotation:
  # The side that takes the steps of a rotation. auto: "svcauth tick" takes each step as soon as its gates are open; it needs the key of the
  # root and never destroys a key. manual: an operator does, and "svcauth check" reports the day on which the first step is due.
  issuing: ${rotation.issuing}
  root: ${rotation.root}
  # Time for consumers to load published files, before a new CA is activated and before an old CA is retired ("svcauth ca rotate").
  soak: ${durationText(rotation.soak)}

# The remaining lifetime at which "svcauth check" reports a warning (exit status 3) or a critical finding (exit status 4).
check:
  leafWarning: ${thresholdText(check.leafWarning)}
  leafCritical: ${thresholdText(check.leafCritical)}
  caWarning: ${thresholdText(check.caWarning)}
  caCritical: ${thresholdText(check.caCritical)}
  crlWarning: ${thresholdText(check.crlWarning)}
  crlCritical: ${thresholdText(check.crlCritical)}
`;
}
