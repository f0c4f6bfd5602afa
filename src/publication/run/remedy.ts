import { shell } from '../../errors/row.ts';
import type { Authority } from '../../record/authority.ts';
import type { Home } from '../../store/home.ts';

/** What puts the files of a CA right: where CRLs are made they are made anew, elsewhere they are copied. */
export function crlRemedy(home: Home, directory: string, authority?: Authority): string {
  if (directory !== home.public.directory) return `svcauth crl publish --to ${shell(directory)}`;
  switch (authority?.keyLocation) {
    case 'offline':
      return `svcauth crl refresh --ca ${authority.id} --key FILE`;
    case 'foreign':
      return 'svcauth crl import FILE';
    default:
      return 'svcauth crl refresh';
  }
}
