import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Reads jobs from standard input, one a line, and answers each with one line: what the JDK thinks of a certificate.
 *
 * <pre>
 * purpose TAB leaf-and-chain TAB anchors TAB CRL[,CRL...]     the last three are PEM files
 * accepted|revoked|refused TAB in the JDK's words
 * </pre>
 */
final class Judge {
  private static final CertificateFactory X509 = x509();

  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] job = line.split("\t");
      System.out.println(verdict(job[0], job[1], job[2], job[3].split(",")));
    }
  }

  private static String verdict(String purpose, String chainFile, String anchorsFile, String[] crlFiles) {
    try {
      List<X509Certificate> chain = certificates(chainFile);
      List<X509Certificate> anchors = certificates(anchorsFile);
      checkPath(chain, anchors, crlFiles);
      checkPurpose(purpose, chain, anchors);
      return "accepted\t" + chain.get(0).getSubjectAlternativeNames();
    } catch (CertPathValidatorException e) {
      boolean revoked = e.getReason() == CertPathValidatorException.BasicReason.REVOKED;
      return (revoked ? "revoked\t" : "refused\t") + oneLine(e);
    } catch (Exception e) {
      return "refused\t" + oneLine(e);
    }
  }

  /** RFC 5280 §6.1 and §6.3; every certificate below the anchor needs a CRL. */
  private static void checkPath(List<X509Certificate> chain, List<X509Certificate> anchors, String[] crlFiles)
      throws Exception {
    Set<TrustAnchor> trusted = new HashSet<>();
    for (X509Certificate anchor : anchors) trusted.add(new TrustAnchor(anchor, null));
    List<Object> crls = new ArrayList<>();
    for (String file : crlFiles) {
      try (InputStream in = new FileInputStream(file)) {
        crls.addAll(X509.generateCRLs(in));
      }
    }
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker revocation = (PKIXRevocationChecker) validator.getRevocationChecker();
    revocation.setOptions(
        EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
    PKIXParameters parameters = new PKIXParameters(trusted);
    parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
    parameters.addCertPathChecker(revocation);
    List<X509Certificate> path = new ArrayList<>(chain);
    path.removeAll(anchors);
    validator.validate(X509.generateCertPath(path), parameters);
  }

  /** What a TLS socket asks besides: key usage and extended key usage. */
  private static void checkPurpose(String purpose, List<X509Certificate> chain, List<X509Certificate> anchors)
      throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (X509Certificate anchor : anchors) store.setCertificateEntry(anchor.getSerialNumber().toString(), anchor);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
    X509Certificate[] presented = chain.toArray(new X509Certificate[0]);
    String algorithm = chain.get(0).getPublicKey().getAlgorithm();
    if (purpose.equals("server")) {
      manager.checkServerTrusted(presented, algorithm.equals("RSA") ? "ECDHE_RSA" : "ECDHE_ECDSA");
    } else {
      manager.checkClientTrusted(presented, algorithm);
    }
  }

  private static List<X509Certificate> certificates(String file) throws Exception {
    try (InputStream in = new FileInputStream(file)) {
      List<X509Certificate> found = new ArrayList<>();
      for (Certificate certificate : X509.generateCertificates(in)) found.add((X509Certificate) certificate);
      return found;
    }
  }

  private static CertificateFactory x509() {
    try {
      return CertificateFactory.getInstance("X.509");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String oneLine(Exception e) {
    return e.toString().replace('\n', ' ');
  }
}
