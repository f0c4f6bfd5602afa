import type { NAGIOS_STATUS } from '../errors/exit-status.ts';
import { visible } from './visible.ts';

/** Formats the status line of a plugin, without performance data, which begins at a bar. */
export const nagiosLine = (state: keyof typeof NAGIOS_STATUS, text: string): string =>
  `SVCAUTH ${state.toUpperCase()} - ${visible(text).replaceAll('|', '/')}`;
