import { visible } from './visible.ts';

/** Formats a warning: it does not stop the command. */
export const formatWarning = (message: string): string => `svcauth: warning: ${visible(message)}\n`;
