/** Writes a time as `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, UTC, whole seconds), the form in every message, log and document. */
export const instantText = (instant: Date): string => `${instant.toISOString().slice(0, -5)}Z`;
