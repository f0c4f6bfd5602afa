// Exports the functions that the benchmark of the rotation proof calls, for one bundled module.
export { planRotationCourse } from '../../src/rotation/rules/course.ts';
export { planSuccessor } from '../../src/rotation/rules/successor.ts';
export { rotationPhases } from '../../src/rotation/rules/phases.ts';
export { proveRotation } from '../../src/verifiers/rules/proof.ts';
export { decodeCertificate } from '../../src/pki/certificate/parsed.ts';
export { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
export { loadTrustStore } from '../../src/pki/path/trust-store.ts';
export { validatePath } from '../../src/pki/path/validate-path.ts';
