import type { TrustSpread } from '../record/trust-spread.ts';
import type { Pki } from './open-pki.ts';

/**
 * Publishes trust and reloads its consumers. It is the last work of every command that changes a CRL or a bundle, under its lock. Subjects
 * below deployment get it from `program/commands.ts`. It throws no catalogue error: a failed directory or hook never undoes a change.
 * `publish: false`: only reload, as the command has published.
 */
export type SpreadTrust = (pki: Pki, options?: { readonly publish: boolean }) => Promise<TrustSpread>;
