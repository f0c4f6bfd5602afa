/** Seconds that thisUpdate lies in the past: a verifier whose clock is behind rejects a CRL that is not yet valid. */
export const BACKDATE = 60;
