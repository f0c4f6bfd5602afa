import { addAuditLog } from './audit-log.ts';
import { addAuditVerify } from './audit-verify.ts';
import { addBundleShow } from './bundle-show.ts';
import { addBundleWrite } from './bundle-write.ts';
import { addCaInit } from './ca-init.ts';
import { addCaInstallCert } from './ca-install-cert.ts';
import { addCaList } from './ca-list.ts';
import { addCaShow } from './ca-show.ts';
import { addCheck } from './check.ts';
import type { AddCommand } from './command.ts';
import { addIssue } from './issue.ts';
import { addRevoke } from './revoke.ts';
import { addStatus } from './status.ts';

/** In the order help lists them. */
const COMMANDS: readonly AddCommand[] = [
  // making
  addCaInit,
  addCaInstallCert,
  addCaList,
  addCaShow,
  addIssue,
  addRevoke,
  addBundleWrite,
  addBundleShow,
  // watching
  addStatus,
  addCheck,
  // proving
  addAuditLog,
  addAuditVerify,
];

export const addCommands: AddCommand = (program, world, done) => {
  for (const add of COMMANDS) add(program, world, done);
};
