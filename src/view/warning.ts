import { visible } from './visible.ts';

/** Something a person should know that does not stop the work. */
export const formatWarning = (message: string): string => `svcauth: warning: ${visible(message)}\n`;
