/** Names of TLS alerts by number (RFC 8446 §6, §B.2; RFC 5246 §7.2), independent of the spelling of any library. */
const TLS_ALERTS: Readonly<Record<number, string>> = {
  0: 'close notify',
  10: 'unexpected message',
  20: 'bad record mac',
  21: 'decryption failed',
  22: 'record overflow',
  30: 'decompression failure',
  40: 'handshake failure',
  41: 'no certificate',
  42: 'bad certificate',
  43: 'unsupported certificate',
  44: 'certificate revoked',
  45: 'certificate expired',
  46: 'certificate unknown',
  47: 'illegal parameter',
  48: 'unknown ca',
  49: 'access denied',
  50: 'decode error',
  51: 'decrypt error',
  60: 'export restriction',
  70: 'protocol version',
  71: 'insufficient security',
  80: 'internal error',
  86: 'inappropriate fallback',
  90: 'user canceled',
  100: 'no renegotiation',
  109: 'missing extension',
  110: 'unsupported extension',
  111: 'certificate unobtainable', // RFC 6066 §9
  112: 'unrecognized name',
  113: 'bad certificate status response',
  114: 'bad certificate hash value', // RFC 6066 §9
  115: 'unknown psk identity',
  116: 'certificate required',
  120: 'no application protocol',
};

/** Names an alert; a number that is not in the table is shown as a number. */
export const tlsAlertName = (description: number): string => TLS_ALERTS[description] ?? `alert ${description}`;
