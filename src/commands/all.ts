import { addAuditLog } from './audit-log.ts';
import { addAuditVerify } from './audit-verify.ts';
import { addCaList } from './ca-list.ts';
import { addCaShow } from './ca-show.ts';
import type { AddCommand } from './command.ts';
import { addStatus } from './status.ts';

const COMMANDS: readonly AddCommand[] = [addCaList, addCaShow, addStatus, addAuditLog, addAuditVerify];

/** Every command, in the order help lists them. */
export const addCommands: AddCommand = (program, world, done) => {
  for (const add of COMMANDS) add(program, world, done);
};
