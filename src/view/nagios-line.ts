import type { NAGIOS_STATUS } from '../errors/exit-status.ts';
import { visible } from './visible.ts';

/** What a plugin says, without performance data: that begins at a bar. */
export const nagiosLine = (state: keyof typeof NAGIOS_STATUS, text: string): string =>
  `SVCAUTH ${state.toUpperCase()} - ${visible(text).replaceAll('|', '/')}`;
