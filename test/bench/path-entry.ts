// What the benchmark of path validation calls, bundled as one module.
export { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
export { loadTrustStore } from '../../src/pki/path/trust-store.ts';
export { validatePath } from '../../src/pki/path/validate-path.ts';
