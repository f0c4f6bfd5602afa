import { writeFileSync } from 'node:fs';
import { file, type ServerKind } from '../server.ts';

export const haproxy: ServerKind = {
  program: 'haproxy',
  protocol: 'http',
  // as `systemctl reload haproxy` does
  reload: 'USR2',
  configure: async site => {
    const configuration = await site.config('haproxy');
    writeFileSync(file(site, 'haproxy.cfg'), configuration.replace('bind :', 'bind 127.0.0.1:'));
    return ['haproxy', '-W', '-db', '-f', file(site, 'haproxy.cfg')];
  },
};
