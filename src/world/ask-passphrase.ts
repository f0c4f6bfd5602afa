/** Returns a passphrase; `what` names the key it opens. The caller asks only for an encrypted key, and wipes the passphrase. */
export type AskPassphrase = (what: string) => Promise<Uint8Array>;
