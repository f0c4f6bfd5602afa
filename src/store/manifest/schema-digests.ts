/**
 * SHA-256 of the schema of each format, in the order of MIGRATIONS, so opening a manifest compares one string. A test computes them
 * again; after a new step, `UPDATE_SCHEMAS=1 npx vitest run test/store/manifest/schema.test.ts` writes this file. A digest that is
 * missing or out of date costs milliseconds, never a refusal: `schema.ts` then makes the schema and compares it.
 */
export const SCHEMA_DIGESTS: readonly string[] = [
  '2f39310f8a7a16bea1634fa83d350e6a29655a831eb2e52df6135ee686afbc3f',
  'd6509f331c7ff4e7779d2586f5211d1f5450fceeb0bb82508fb50b3dec290c6a',
  '146b693d335984ac65b5ed38dc168d1e3a629697ae24e2d9072e4facb219cac2',
  '74abf578c34946239eee13df4c62c55cae35be29d6eff63864b539bc83b25a88',
  '29a698e135cbf1b2418343c3ecd466be9ba59207d48a2190ac4ab6a4f12cbd87',
  '5f7d4acb7bb41ce0dbd71d1d73d588007615067882c56c66073a0cdfbb74e31a',
  '4de3d220fcd160637571ee8009ce4b404313c387b5d86f5051c7e8732fcb323b',
  '168b34400be336b0af7a4e433792d337a35826c44bfd43d3dc88ee21fabfead6',
  '8177d0fa5377f0f62393646e8d494e9297807d2e783566a050bce4fdd5911143',
  'e880489086172d20f62093a6d01fc7ac1f479a3d3f08ffc7e26977aa6b7da52d',
  'd91fa28e2aab68777dcf785c642a3092f4caca4ce581987fd354585628cff92a',
  '0538dad2295851ad6048a211f05601e3622d19836ea41e6491e9ccbe584602e3',
];
