/**
 * Whether a certificate verifies under its own key, with algorithms that svcauth itself does not use (SHA-1, RSA-PSS, secp256k1):
 * @peculiar/x509 says. For showing only.
 */
export async function verifiesUnderItself(der: Uint8Array): Promise<boolean> {
  const { X509Certificate } = await import('../peculiar.ts');
  try {
    return await new X509Certificate(Uint8Array.from(der)).isSelfSigned();
  } catch {
    return false;
  }
}
