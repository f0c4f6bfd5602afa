// Formats a policy as a commented svcauth.yaml, which `rules/file.ts` reads back as the same policy.
// `ca init` writes the text. A new key of the policy gets its line and its explanation here.
import { durationText, thresholdText } from '../../time/duration.ts';
import type { Policy } from '../rules/policy.ts';
import { yamlFlowList, yamlScalar } from '../../text/yaml/text.ts';

/** The svcauth.yaml that `ca init` writes: every key, with what it does. ASCII, and plain enough to be read without the YAML package. */
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
  return `# What this CA signs, and when it worries. Edit it: every command reads it anew.
# A key that is left out has the value that "svcauth ca init" wrote here; a key nobody knows is an error.
# Durations: 90d, 36h, 1h15m, 2w, 6mo, 10y. Thresholds: a duration, or a share of the lifetime: 25%.
version: 1

# Who the CA is. It stands in the CA's certificates and cannot be changed here.
trustDomain: ${yamlScalar(trustDomain)}

# The path of a service's SPIFFE ID: {service} is its name, {tag.ns} the value of "--tag ns=...".
# Another one: /ns/{tag.ns}/sa/{service}
spiffeIdTemplate: ${spiffeIdTemplate}

leaf:
  # How long a certificate lives unless --ttl says otherwise, and the longest that --ttl may say.
  ttl: ${durationText(leaf.ttl)}
  maxTtl: ${durationText(leaf.maxTtl)}
  # ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096
  keyAlgorithm: ${leaf.keyAlgorithm}
  # When a certificate would outlive its issuer: "err" refuses it, "truncate" ends it with the issuer.
  notAfterPolicy: ${leaf.notAfterPolicy}
  # How far in the past a certificate begins, for clocks that are behind.
  backdate: ${durationText(leaf.backdate)}

crl:
  # How long a CRL is valid. Once it has expired, verifiers refuse everybody.
  lifetime: ${durationText(crl.lifetime)}
  # The root's, which may be signed by hand.
  rootLifetime: ${durationText(crl.rootLifetime)}
  # The age at which "svcauth crl refresh" signs a new one although nothing was revoked.
  refreshAfter: ${thresholdText(crl.refreshAfter)}
  # Where the CRLs are served: certificates then point there. Certificates that exist do not change.
  ${crl.url === undefined ? '# url: http://pki.example.org/crl' : `url: ${yamlScalar(crl.url)}`}
  # The directories that "svcauth crl publish" and "svcauth tick" keep up to date.
  ${crl.publishTo === undefined ? '# publishTo: [/srv/www/pki]' : `publishTo: ${yamlFlowList(crl.publishTo)}`}

# What may be issued. Everything else is refused before it is signed (exit status 7).
allow:
  # Each allows itself and every name below it.
  dnsSuffixes: ${yamlFlowList(allow.dnsSuffixes)}
  # Other names; "*" stands for any characters within a label, so that '*' alone is any name without a dot: web, localhost.
  dns: ${yamlFlowList(allow.dns)}
  # Addresses and CIDR ranges.
  ips: ${yamlFlowList(allow.ips.map(range => range.text))}
  # Paths of SPIFFE IDs; "*" stands for any characters within a segment, "**" for one segment or more.
  spiffePaths: ${yamlFlowList(allow.spiffePaths)}
  keyAlgorithms: ${yamlFlowList(allow.keyAlgorithms)}

# "svcauth renew" renews at two thirds of a certificate's lifetime, at half where that is 10 days or less, and up to a twentieth
# earlier, so that what was issued together is not renewed together. To have it otherwise, for services that say nothing else:
# renewal:
#   # The share of the lifetime that is used, or the time that is left, exactly.
#   threshold: 66%
#   # When renewing is welcome: it opens as crontab(5) says, and stays open so long. No certificate expires for it.
#   window: {cron: '0 2 * * mon-fri', timezone: Europe/Berlin, duration: 3h}
#   # So long after its successor was deployed, a certificate is revoked. Without it never: it runs out.
#   overlap: 48h

# What is run after a service got new files, unless the service says otherwise: programs with their words, no shell.
deployment:
  hooks: [${deployment.hooks.map(({ argv }) => yamlFlowList(argv)).join(', ')}]
  # hooks: [[systemctl, reload, nginx]]
  # How long one may take before it is ended.
  hookTimeout: ${durationText(deployment.hookTimeout)}

rotation:
  # How long everybody has to take over what was published, before a new CA signs and before an old one goes ("svcauth ca rotate").
  soak: ${durationText(rotation.soak)}

# What "svcauth check" warns of (exit status 3) and calls critical (exit status 4), by the time that is left.
check:
  leafWarning: ${thresholdText(check.leafWarning)}
  leafCritical: ${thresholdText(check.leafCritical)}
  caWarning: ${thresholdText(check.caWarning)}
  caCritical: ${thresholdText(check.caCritical)}
  crlWarning: ${thresholdText(check.crlWarning)}
  crlCritical: ${thresholdText(check.crlCritical)}
`;
}
