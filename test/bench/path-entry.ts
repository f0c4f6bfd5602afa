// Exports the functions that the benchmark of path validation calls, for one bundled module.
export { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
export { loadTrustStore } from '../../src/pki/path/trust-store.ts';
export { validatePath } from '../../src/pki/path/validate-path.ts';
