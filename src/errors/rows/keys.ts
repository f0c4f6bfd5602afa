import { EXIT } from '../exit-status.ts';
import { row } from '../row.ts';

/** Private keys: their encryption, their passphrase and their suitability. `what` names the key in the message. */
export const keyErrors = {
  ERR_PASSPHRASE_WRONG: row<{ what: string }>(
    EXIT.secret,
    p => `the passphrase does not decrypt ${p.what}; nothing was changed`,
    () => ['check that it is not the passphrase of another key'],
  ),
  ERR_KEY_ENCRYPTED: row<{ what: string }>(
    EXIT.secret,
    p => `${p.what} is encrypted and no passphrase was given`,
    () => [
      'give --passphrase-file FILE, --passphrase-fd N or --passphrase-command CMD, or set SVCAUTH_PASSPHRASE_FILE',
    ],
  ),
  ERR_KEY_ENCRYPTION: row<{ what: string; scheme: string }>(
    EXIT.usage,
    p => `${p.what} is encrypted with ${p.scheme}, which svcauth cannot read (it reads PBES2 with PBKDF2 and AES-CBC)`,
    () => ['convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -in OLD -out NEW'],
  ),
  ERR_KEY_ITERATIONS: row<{ what: string; iterations: bigint; cap: number }>(
    EXIT.usage,
    p => `${p.what} uses ${p.iterations} iterations of key derivation; svcauth accepts at most ${p.cap}`,
    () => ['the file was not decrypted: the iteration count is unusually high'],
  ),
  ERR_PKCS12: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} is not a PKCS#12 file that svcauth can read: ${p.reason}`,
    () => ['rewrite it as DER: openssl pkcs12 -in OLD -nodes | openssl pkcs12 -export -out NEW'],
  ),
  ERR_KEY_FORMAT: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} is not a private key that svcauth can read: ${p.reason}`,
    () => ['supported: PKCS#8, SEC1 (EC) and PKCS#1 (RSA), as PEM or DER'],
  ),
  ERR_KEY_UNSUITABLE: row<{ what: string; reason: string }>(EXIT.usage, p => `${p.what} cannot be used: ${p.reason}`),
};
