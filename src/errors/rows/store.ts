// The errors of files, the home, the manifest and its lock: code, exit status, message and hints.
// `store/` throws most of them, by code, through `catalogue.ts`, so every command can end with them.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row, shell } from '../row.ts';

export const storeErrors = {
  ERR_FILE_WRITE: row<{ path: string; reason: string; previous: boolean }>(
    EXIT.unexpected,
    p => `cannot write ${quote(p.path)}: ${p.reason}${p.previous ? '; what was there before is still in place' : ''}`,
  ),
  ERR_HOME_MISSING: row<{ home: string; given?: string }>(
    EXIT.usage,
    p => `there is no PKI in ${quote(p.home)}`,
    p => [`make one: ${REMEDIES.homeMissing({ home: p.given })}`, 'or name another: --home DIR, or $SVCAUTH_HOME'],
  ),
  ERR_HOME_EXISTS: row<{ home: string; entry: string }>(
    EXIT.usage,
    p =>
      p.entry === 'manifest.db'
        ? `there is a PKI in ${quote(p.home)} already; it was left as it is`
        : `${quote(p.home)} is not empty: it holds ${quote(p.entry)}; nothing was changed`,
    p =>
      p.entry === 'manifest.db'
        ? [`look at it: ${REMEDIES.caUnclear()}`, 'for a second PKI name another directory: --home DIR']
        : ['name a directory that is empty or does not exist: --home DIR'],
  ),
  ERR_HOME_WRITABLE: row<{ home: string; mode: number }>(
    EXIT.refused,
    p =>
      `others may write to ${quote(p.home)} (mode ${p.mode.toString(8).padStart(4, '0')}), so nothing in it can be trusted`,
    p => [`chmod go-w ${shell(p.home)}`],
  ),
  ERR_KEY_READABLE: row<{ path: string; mode: number }>(
    EXIT.refused,
    p => `others may read the key ${quote(p.path)} (mode ${p.mode.toString(8).padStart(4, '0')}, 0600 is required)`,
    p => [`chmod 600 ${shell(p.path)}`, 'if others could log in here, treat the key as compromised'],
  ),
  ERR_KEY_NOT_A_FILE: row<{ path: string; kind: string }>(
    EXIT.refused,
    p => `the key ${quote(p.path)} is not a file but a ${p.kind}`,
    () => ['a key is never read or written through a link: put the file itself there, mode 0600'],
  ),
  ERR_KEY_MISSING: row<{ path: string; authority: string }>(
    EXIT.integrity,
    p => `the key of ${p.authority} is missing: ${quote(p.path)}`,
    p => [`restore ${shell(p.path)} from a back-up`],
  ),
  ERR_MANIFEST_CORRUPT: row<{ path: string; problem: string }>(
    EXIT.integrity,
    p => `the manifest ${quote(p.path)} is damaged: ${p.problem}; nothing was changed`,
    () => [
      'restore manifest.db from a back-up, without any manifest.db-wal or manifest.db-shm of the damaged one',
      'keep the damaged file: its serials may be needed to revoke what was issued since the back-up',
    ],
  ),
  ERR_MANIFEST_NEWER: row<{ path: string; found: number; known: number; writtenBy: string }>(
    EXIT.usage,
    p =>
      `the manifest ${quote(p.path)} has format ${p.found}, written by svcauth ${p.writtenBy}; ` +
      `this program reads up to ${p.known}`,
    p => [`use svcauth ${p.writtenBy} or newer`],
  ),
  ERR_MANIFEST_BUSY: row<{ path: string }>(
    EXIT.busy,
    p => `another program is writing the manifest ${quote(p.path)}; nothing was changed`,
    () => ['try again'],
  ),
  ERR_MANIFEST_ACCESS: row<{ path: string; reason: string }>(
    EXIT.unexpected,
    p => `cannot use the manifest ${quote(p.path)}: ${p.reason}; it is as it was before`,
  ),
  ERR_MANIFEST_CONFLICT: row<{ problem: string }>(
    EXIT.integrity,
    p => `the manifest refuses the change: ${p.problem}; nothing was changed`,
    () => [`if this comes again, look at the manifest: ${REMEDIES.auditDoubtful()}`],
  ),
  ERR_AUDIT_BROKEN: row<{ sequence: number; problem: string }>(
    EXIT.integrity,
    p => `the audit log is broken at record ${p.sequence}: ${p.problem}`,
    () => ['compare with a back-up of manifest.db: what it holds up to there is sound; what came after is not proven'],
  ),
  ERR_LOCKED: row<{ home: string; holder?: string; waited: number }>(
    EXIT.busy,
    p =>
      `${quote(p.home)} is in use by ${p.holder ?? 'another run'}; ` +
      `waited ${p.waited / 1000} s, nothing was changed`,
    () => ['try again when it has finished; the lock goes with its process, it never has to be removed'],
  ),
};
