import { EXIT } from '../exit-status.ts';
import { row } from '../row.ts';

/** Passphrases: where one should come from. No row ever holds the words of one, not even of a wrong one. */
export const secretErrors = {
  ERR_PASSPHRASE_MISSING: row<{ what: string }>(
    EXIT.secret,
    p => `no passphrase for ${p.what}, and no terminal to ask on`,
    () => [
      "give one: --passphrase-file FILE, --passphrase-fd N or --passphrase-command 'PROGRAM ARGS'",
      'or set $SVCAUTH_PASSPHRASE_FILE; in a systemd unit: LoadCredential=svcauth-passphrase:FILE',
    ],
  ),
  ERR_PASSPHRASE_UNREADABLE: row<{ source: string; reason: string }>(
    EXIT.secret,
    p => `no passphrase from ${p.source}: ${p.reason}`,
  ),
  ERR_PASSPHRASE_EMPTY: row<{ source: string }>(EXIT.secret, p => `the passphrase from ${p.source} is empty`),
  ERR_PASSPHRASE_LINES: row<{ source: string }>(
    EXIT.secret,
    p => `the passphrase from ${p.source} has more than one line`,
    () => ['a passphrase is one line; is this another file?'],
  ),
  ERR_PASSPHRASE_SHORT: row<{ minimum: number }>(
    EXIT.secret,
    p => `a new passphrase has at least ${p.minimum} characters`,
    () => ['make one: openssl rand -base64 24'],
  ),
  ERR_PASSPHRASE_MISMATCH: row<Record<never, never>>(
    EXIT.secret,
    () => 'the two passphrases differ; nothing was changed',
  ),
  ERR_COMMAND_QUOTES: row<{ flag: string }>(
    EXIT.usage,
    p => `the command in ${p.flag} ends within quotes`,
    p => [`it is split into words like this: ${p.flag} 'pass show "pki/issuing ca"'; no shell runs it`],
  ),
};
