/**
 * Decides with @peculiar/x509 that a certificate's own key verifies its signature. It supports algorithms that svcauth does not
 * use (SHA-1, RSA-PSS, secp256k1). The result is only for display.
 */
export async function verifiesUnderItself(der: Uint8Array): Promise<boolean> {
  const { X509Certificate } = await import('../peculiar.ts');
  try {
    return await new X509Certificate(Uint8Array.from(der)).isSelfSigned();
  } catch {
    return false;
  }
}
