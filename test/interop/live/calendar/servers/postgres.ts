import { appendFileSync, chownSync, writeFileSync } from 'node:fs';
import { run } from '../../../../support/programs.ts';
import { file, type ServerKind } from '../server.ts';

export const postgres: ServerKind = {
  program: 'postgres',
  user: 'postgres',
  protocol: 'postgres',
  // as `pg_ctl reload` does
  reload: 'HUP',
  configure: async site => {
    const data = file(site, 'data');
    const init = ['initdb', '-D', data, '-U', 'postgres', '-A', 'reject', '-E', 'UTF8', '--locale', 'C', '--no-sync'];
    const { status, stderr } = await run(['initdb', ...init.slice(1)], { ...site.account });
    if (status !== 0) throw new Error(`initdb: ${stderr}`);
    const write = (name: string, text: string) => {
      writeFileSync(`${data}/${name}`, text);
      if (site.account !== undefined) chownSync(`${data}/${name}`, site.account.uid, site.account.gid);
    };
    appendFileSync(
      `${data}/postgresql.conf`,
      `
listen_addresses = '127.0.0.1'
port = ${site.port}
unix_socket_directories = ''
ssl = on
ssl_cert_file = '${site.certificate}'
ssl_key_file = '${site.key}'
ssl_ca_file = '${site.bundle}'
ssl_crl_file = '${site.crlBundle}'
# the clock jumps in these tests
autovacuum = off
fsync = off
`,
    );
    // every verified name is the one role of this cluster
    write('pg_hba.conf', 'hostssl all all 127.0.0.1/32 cert map=verified\n');
    write('pg_ident.conf', 'verified /^.*$ postgres\n');
    return ['postgres', '-D', data];
  },
};
