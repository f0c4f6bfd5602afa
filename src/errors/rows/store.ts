// The errors of files, the home, the manifest and its lock: code, exit status, message and hints.
// `store/` throws most of them, by code, through `catalogue.ts`, so every command can end with them.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row, shell } from '../row.ts';

/** A table, index, trigger or view that differs from the format. `statement` makes it; absent if the format does not have it. */
export interface SchemaEdit {
  readonly change: 'added' | 'missing' | 'changed';
  readonly type: string;
  readonly name: string;
  readonly statement?: string;
}

const editText = ({ change, type, name }: SchemaEdit): string =>
  ({
    added: `${type} ${quote(name)} was added`,
    missing: `${type} ${quote(name)} is missing`,
    changed: `${type} ${quote(name)} was changed`,
  })[change];

/** Returns the SQL that undoes an edit; undefined where it would lose rows. */
function undoOf({ change, type, name, statement }: SchemaEdit): string | undefined {
  const drop = `DROP ${type.toUpperCase()} "${name}"`;
  if (change === 'added') return drop;
  if (type === 'table') return undefined;
  return change === 'missing' ? statement : `${drop}; ${statement}`;
}

export const storeErrors = {
  ERR_FILE_WRITE: row<{ path: string; reason: string; previous: boolean }>(
    EXIT.unexpected,
    p => `cannot write ${quote(p.path)}: ${p.reason}${p.previous ? '; the previous file is still in place' : ''}`,
  ),
  ERR_HOME_MISSING: row<{ home: string; given?: string }>(
    EXIT.usage,
    p => `there is no PKI in ${quote(p.home)}`,
    p => [
      `create one: ${REMEDIES.homeMissing({ home: p.given })}`,
      'or use another home: --home DIR, or $SVCAUTH_HOME',
    ],
  ),
  ERR_HOME_EXISTS: row<{ home: string; entry: string }>(
    EXIT.usage,
    p =>
      p.entry === 'manifest.db'
        ? `there is already a PKI in ${quote(p.home)}; it was not changed`
        : `${quote(p.home)} is not empty: it holds ${quote(p.entry)}; nothing was changed`,
    p =>
      p.entry === 'manifest.db'
        ? [`show it: ${REMEDIES.caUnclear()}`, 'for a second PKI use another directory: --home DIR']
        : ['use a directory that is empty or does not exist: --home DIR'],
  ),
  ERR_HOME_WRITABLE: row<{ home: string; mode: number }>(
    EXIT.refused,
    p =>
      `other users can write to ${quote(p.home)} (mode ${p.mode.toString(8).padStart(4, '0')}); svcauth does not use it`,
    p => [`chmod go-w ${shell(p.home)}`],
  ),
  ERR_KEY_READABLE: row<{ path: string; mode: number }>(
    EXIT.refused,
    p =>
      `other users can read the key ${quote(p.path)} (mode ${p.mode.toString(8).padStart(4, '0')}, 0600 is required)`,
    p => [`chmod 600 ${shell(p.path)}`, 'if other users can log in on this host, treat the key as compromised'],
  ),
  ERR_KEY_NOT_A_FILE: row<{ path: string; kind: string }>(
    EXIT.refused,
    p => `the key ${quote(p.path)} is a ${p.kind} and not a file`,
    () => ['a key cannot be a link: put the file itself there, mode 0600'],
  ),
  ERR_KEY_MISSING: row<{ path: string; authority: string }>(
    EXIT.integrity,
    p => `the key of ${p.authority} is missing: ${quote(p.path)}`,
    p => [`restore ${shell(p.path)} from a backup`],
  ),
  ERR_MANIFEST_CORRUPT: row<{ path: string; problem: string }>(
    EXIT.integrity,
    p => `the manifest ${quote(p.path)} is damaged: ${p.problem}; nothing was changed`,
    () => [
      'move manifest.db, manifest.db-wal and manifest.db-shm away, then restore manifest.db from a backup',
      'keep the moved files: you may need their serial numbers to revoke certificates issued since the backup',
    ],
  ),
  ERR_MANIFEST_NEWER: row<{ path: string; found: number; known: number; writtenBy: string }>(
    EXIT.usage,
    p =>
      `the manifest ${quote(p.path)} has format ${p.found}, written by svcauth ${p.writtenBy}; ` +
      `this program reads up to ${p.known}`,
    p => [`use svcauth ${p.writtenBy} or newer`],
  ),
  ERR_MANIFEST_SCHEMA: row<{ path: string; format: number; edits: readonly SchemaEdit[] }>(
    EXIT.integrity,
    p =>
      `the tables of the manifest ${quote(p.path)} were edited: ${p.edits.map(editText).join(', ')} ` +
      `(format ${p.format}); nothing was changed`,
    p => {
      const undo = p.edits.map(undoOf);
      return undo.every(each => each !== undefined)
        ? [`undo the edit: sqlite3 ${shell(p.path)} ${shell(undo.join('; '))}`]
        : ['a changed or missing table cannot be repaired: restore manifest.db from a backup'];
    },
  ),
  ERR_MANIFEST_BUSY: row<{ path: string }>(
    EXIT.busy,
    p => `another program is writing the manifest ${quote(p.path)}; nothing was changed`,
    () => ['run the command again'],
  ),
  ERR_MANIFEST_ACCESS: row<{ path: string; reason: string }>(
    EXIT.unexpected,
    p => `cannot use the manifest ${quote(p.path)}: ${p.reason}; it was not changed`,
  ),
  ERR_MANIFEST_CONFLICT: row<{ problem: string }>(
    EXIT.integrity,
    p => `the change conflicts with the manifest: ${p.problem}; nothing was changed`,
    () => [`if this happens again, check the manifest: ${REMEDIES.auditDoubtful()}`],
  ),
  ERR_AUDIT_BROKEN: row<{ sequence: number; problem: string }>(
    EXIT.integrity,
    p => `the audit log is broken at record ${p.sequence}: ${p.problem}`,
    () => ['the records before it are intact; compare the later ones with a backup of manifest.db'],
  ),
  ERR_LOCKED: row<{ home: string; holder?: string; waited: number }>(
    EXIT.busy,
    p =>
      `${quote(p.home)} is in use by ${p.holder ?? 'another run'}; ` +
      `waited ${p.waited / 1000} s, nothing was changed`,
    () => [
      'try again when it has finished, or wait longer with --lock-wait; the lock is released when that process exits',
    ],
  ),
  ERR_LOCK_LOST: row<{ home: string; problem: string }>(
    EXIT.partial,
    p =>
      `cannot take the lock of ${quote(p.home)} again: ${p.problem}; ` +
      'the changes before are recorded, the results of the hooks and probes that just ran are not',
    () => [`every tick runs them again; to run them now: ${REMEDIES.everythingDue()}`],
  ),
  ERR_CLOCK_BEHIND: row<{ now: string; recorded: string }>(
    EXIT.refused,
    p => `the clock says ${p.now}, but this PKI has recorded ${p.recorded}; nothing was changed`,
    () => ['if the clock is wrong, set it', `if the clock is right: ${REMEDIES.clockDoubtful()}`],
  ),
  ERR_CLOCK_JUMPED: row<{ from: string; to: string }>(
    EXIT.refused,
    p => `the clock jumped from ${p.from} to ${p.to}, and this step counts the time between; nothing was changed`,
    () => ['if the clock is wrong, set it', `if the clock is right: ${REMEDIES.clockDoubtful()}`],
  ),
};
