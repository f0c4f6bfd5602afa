import { instantText } from '../../time/instant-text.ts';

/** Describes a CA certificate that expires earlier than asked for, because a certificate cannot outlive its issuer. */
export const shortenedText = (id: string, notAfter: Date, wanted: Date, issuerId: string): string =>
  `${id} expires ${instantText(notAfter)} with ${issuerId}, not ${instantText(wanted)} as requested`;
