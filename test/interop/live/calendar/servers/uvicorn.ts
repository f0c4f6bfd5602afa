import { writeFileSync } from 'node:fs';
import { PYTHON } from '../../../../support/programs.ts';
import { file, type ServerKind } from '../server.ts';

export const uvicorn: ServerKind = {
  program: 'uvicorn',
  protocol: 'http',
  reload: 'HUP',
  configure: async site => {
    const program = await site.config('fastapi');
    writeFileSync(file(site, 'service.py'), program.replace('0.0.0.0', '127.0.0.1'));
    return [PYTHON, file(site, 'service.py')];
  },
};
