import { writeFileSync } from 'node:fs';
import { file, type ServerKind } from '../server.ts';

export const mosquitto: ServerKind = {
  program: 'mosquitto',
  user: 'mosquitto',
  protocol: 'mqtt',
  reload: 'HUP',
  configure: async site => {
    writeFileSync(
      file(site, 'mosquitto.conf'),
      `listener ${site.port} 127.0.0.1
certfile ${site.certificate}
keyfile ${site.key}
cafile ${site.bundle}
crlfile ${site.crlBundle}
require_certificate true
use_identity_as_username true
`,
    );
    return ['mosquitto', '-c', file(site, 'mosquitto.conf')];
  },
};
