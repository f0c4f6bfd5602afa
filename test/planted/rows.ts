import type { PlantedFault } from './planted-fault.ts';
import { CLOCKS } from './rows/clocks.ts';
import { FILES_ROWS } from './rows/files.ts';
import { PUBLISHED } from './rows/published.ts';
import { ROTATIONS } from './rows/rotation.ts';
import { CONSUMERS } from './rows/consumers.ts';
import { ISSUERS } from './rows/issuers.ts';
import { RECORDS } from './rows/records.ts';
import { SERVED } from './rows/served.ts';

/** The table of planted faults, area by area. */
export const ROWS: readonly PlantedFault[] = [
  ...RECORDS,
  ...ISSUERS,
  ...CLOCKS,
  ...SERVED,
  ...FILES_ROWS,
  ...ROTATIONS,
  ...PUBLISHED,
  ...CONSUMERS,
];
