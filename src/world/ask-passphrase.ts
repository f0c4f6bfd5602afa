/** Gives a passphrase; `what` names the key it opens. Called only when a key is encrypted. The receiver wipes it. */
export type AskPassphrase = (what: string) => Promise<Uint8Array>;
