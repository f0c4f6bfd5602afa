import { writeFileSync } from 'node:fs';
import { file, type ServerKind } from '../server.ts';

export const stunnel: ServerKind = {
  program: 'stunnel',
  protocol: 'http',
  reload: 'HUP',
  configure: async site => {
    writeFileSync(
      file(site, 'stunnel.conf'),
      `foreground = yes
pid =
[service]
accept = 127.0.0.1:${site.port}
connect = 127.0.0.1:${site.backend}
cert = ${site.certificate}
key = ${site.key}
CAfile = ${site.bundle}
CRLfile = ${site.crlBundle}
verifyChain = yes
requireCert = yes
sessionResume = no
`,
    );
    return ['stunnel', file(site, 'stunnel.conf')];
  },
};
