import type { CheckSource } from './source.ts';
import { clock } from './source/clock.ts';
import { records } from './source/records.ts';

/** The sources of findings. Their order does not matter: findings are sorted. */
export const SOURCES: readonly CheckSource[] = [clock, records];
