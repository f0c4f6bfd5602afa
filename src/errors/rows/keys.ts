import { EXIT } from '../exit-status.ts';
import { row } from '../row.ts';

/** Private keys: where they lie encrypted, what opens them, what they are fit for. `what` names the key for a person. */
export const keyErrors = {
  ERR_PASSPHRASE_WRONG: row<{ what: string }>(
    EXIT.secret,
    p => `the passphrase does not open ${p.what}`,
    () => ['nothing was changed; is it the passphrase of another key?'],
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
    p =>
      `${p.what} is encrypted with ${p.scheme}, which svcauth does not read (it reads PBES2 with PBKDF2 and AES-CBC)`,
    () => ['convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -in OLD -out NEW'],
  ),
  ERR_KEY_ITERATIONS: row<{ what: string; iterations: bigint; cap: number }>(
    EXIT.usage,
    p => `${p.what} asks for ${p.iterations} rounds of key derivation; svcauth does at most ${p.cap}`,
    () => ['nothing was opened: a file that asks for so much work is a mistake or an attack'],
  ),
  ERR_PKCS12: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} is not a PKCS#12 file svcauth reads: ${p.reason}`,
    () => ['write it anew as DER: openssl pkcs12 -in OLD -nodes | openssl pkcs12 -export -out NEW'],
  ),
  ERR_KEY_FORMAT: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} is not a private key svcauth reads: ${p.reason}`,
    () => ['it reads PKCS#8, SEC1 (EC) and PKCS#1 (RSA), as PEM or DER'],
  ),
  ERR_KEY_UNSUITABLE: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} is not fit for use: ${p.reason}`,
  ),
};
