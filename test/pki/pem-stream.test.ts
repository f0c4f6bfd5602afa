import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePem } from '../../src/pki/pem.ts';
import { encodePemStream, PEM_LINE } from '../../src/pki/pem-stream.ts';

test('pieces give the text that the whole gives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 4 }), (der, lines) => {
      const size = lines * PEM_LINE;
      const pieces = Array.from({ length: Math.ceil(der.length / size) }, (_, i) =>
        der.subarray(i * size, (i + 1) * size),
      );
      const text = Buffer.concat([...encodePemStream('X509 CRL', pieces)]).toString('latin1');
      expect(text).toBe(encodePem('X509 CRL', der));
    }),
  );
});

test('refuses a piece that ends within a line, unless it is the last', () => {
  const pieces = [new Uint8Array(47), new Uint8Array(48)];
  expect(() => [...encodePemStream('X509 CRL', pieces)]).toThrow(RangeError);
});
