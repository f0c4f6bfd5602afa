import { writeFileSync } from 'node:fs';
import { file, type ServerKind } from '../server.ts';

export const nginx: ServerKind = {
  program: 'nginx',
  protocol: 'http',
  reload: 'HUP',
  configure: async site => {
    const server = await site.config('nginx');
    writeFileSync(file(site, 'server.conf'), server.replace('listen ', 'listen 127.0.0.1:'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    writeFileSync(
      file(site, 'nginx.conf'),
      `daemon off;
worker_processes 1;
${Object.keys(site.env)
  .map(name => `env ${name};`)
  .join('\n')}
pid nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  ${temporary.map(name => `${name}_temp_path ${name};`).join('\n  ')}
  include server.conf;
}
`,
    );
    return ['nginx', '-p', site.directory, '-c', file(site, 'nginx.conf'), '-e', 'stderr'];
  },
};
