/**
 * The number of the next CRL (RFC 5280 §5.2.3: strictly monotonic). Above the manifest's newest, above what verifiers may have
 * seen, and never below the time: so that a manifest restored from a back-up does not give a number twice.
 */
export function nextCrlNumber(
  {
    stored,
    published,
    voided,
  }: {
    readonly stored?: bigint | undefined;
    readonly published?: bigint | undefined;
    /** Of a series that was signed ahead and given up. */
    readonly voided?: bigint | undefined;
  },
  now: Date,
): bigint {
  const least = BigInt(Math.floor(now.getTime() / 1000));
  return [stored, published, voided].reduce<bigint>(
    (number, known) => (known !== undefined && known >= number ? known + 1n : number),
    least,
  );
}
