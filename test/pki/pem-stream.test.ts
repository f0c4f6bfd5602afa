import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePem } from '../../src/pki/pem.ts';
import { PEM_LINE, startPem } from '../../src/pki/pem-stream.ts';

test('encodes pieces to the same text as the whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 4 }), (der, lines) => {
      const size = lines * PEM_LINE;
      const text: Uint8Array[] = [];
      const pem = startPem('X509 CRL', piece => text.push(piece));
      for (let at = 0; at < der.length; at += size) pem.push(der.subarray(at, at + size));
      pem.finish();
      expect(Buffer.concat(text).toString('latin1')).toBe(encodePem('X509 CRL', der));
    }),
  );
});

test('refuses a piece that ends within a line, unless it is the last', () => {
  const pem = startPem('X509 CRL', () => undefined);
  pem.push(new Uint8Array(47));
  expect(() => pem.push(new Uint8Array(48))).toThrow(RangeError);
});
