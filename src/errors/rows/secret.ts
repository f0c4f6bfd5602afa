import { EXIT } from '../exit-status.ts';
import { row } from '../row.ts';

/** Passphrases and their sources. No row contains a passphrase, not even a wrong one. */
export const secretErrors = {
  ERR_PASSPHRASE_MISSING: row<{ what: string }>(
    EXIT.secret,
    p => `no passphrase for ${p.what}, and no terminal to ask for it`,
    () => [
      "give one: --passphrase-file FILE, --passphrase-fd N or --passphrase-command 'PROGRAM ARGS'",
      'or set $SVCAUTH_PASSPHRASE_FILE; in a systemd unit: LoadCredential=svcauth-passphrase:FILE',
    ],
  ),
  ERR_PASSPHRASE_UNREADABLE: row<{ source: string; reason: string }>(
    EXIT.secret,
    p => `cannot read a passphrase from ${p.source}: ${p.reason}`,
  ),
  ERR_PASSPHRASE_EMPTY: row<{ source: string }>(EXIT.secret, p => `the passphrase from ${p.source} is empty`),
  ERR_PASSPHRASE_LINES: row<{ source: string }>(
    EXIT.secret,
    p => `the passphrase from ${p.source} has more than one line`,
    () => ['a passphrase is one line; check that this is the right file'],
  ),
  ERR_PASSPHRASE_SHORT: row<{ minimum: number }>(
    EXIT.secret,
    p => `a new passphrase needs at least ${p.minimum} characters`,
    () => ['make one: openssl rand -base64 24'],
  ),
  ERR_PASSPHRASE_MISMATCH: row<Record<never, never>>(
    EXIT.secret,
    () => 'the two passphrases differ; nothing was changed',
  ),
  ERR_COMMAND_QUOTES: row<{ flag: string }>(
    EXIT.usage,
    p => `the command in ${p.flag} has an unclosed quote`,
    p => [`quote it like this: ${p.flag} 'pass show "pki/issuing ca"'; it runs without a shell`],
  ),
};
