import type { PlantedFault } from './planted-fault.ts';
import { RECORDS } from './rows/records.ts';

/** The table of planted faults, area by area. */
export const ROWS: readonly PlantedFault[] = [...RECORDS];
