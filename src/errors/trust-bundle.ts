import { EXIT } from './exit-status.ts';
import { row } from './row.ts';

/** Trust bundles and maps of them that somebody else wrote. */
export const trustBundleErrors = {
  ERR_TRUST_BUNDLE: row<{ reason: string }>(EXIT.usage, p => `this is not a SPIFFE trust bundle: ${p.reason}`),
  ERR_BUNDLE_MAP: row<{ reason: string }>(EXIT.usage, p => `this is not a map of SPIFFE trust bundles: ${p.reason}`),
} as const;
