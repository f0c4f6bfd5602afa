/**
 * Chooses the number of the next CRL (RFC 5280 §5.2.3: strictly monotonic). It is higher than the manifest's newest and any number
 * that verifiers may have, and not below the time: a manifest restored from a backup does not use a number twice.
 */
export function nextCrlNumber(
  {
    stored,
    published,
    voided,
    outside,
  }: {
    readonly stored?: bigint | undefined;
    readonly published?: bigint | undefined;
    /** The highest number of a discarded series. */
    readonly voided?: bigint | undefined;
    /** The highest number in a published directory. */
    readonly outside?: bigint | undefined;
  },
  now: Date,
): bigint {
  const least = BigInt(Math.floor(now.getTime() / 1000));
  return [stored, published, voided, outside].reduce<bigint>(
    (number, known) => (known !== undefined && known >= number ? known + 1n : number),
    least,
  );
}
