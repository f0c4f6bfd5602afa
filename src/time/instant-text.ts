/** `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, UTC, whole seconds): how every message, log and document writes a time. */
export const instantText = (instant: Date): string => `${instant.toISOString().slice(0, -5)}Z`;
