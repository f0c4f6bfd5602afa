// What the benchmark of the rotation proof calls, bundled as one module.
export { planRotationCourse } from '../../src/lifecycle/rotation-course.ts';
export { rotationPhases } from '../../src/lifecycle/rotation-phases.ts';
export { proveRotation } from '../../src/lifecycle/rotation-proof.ts';
export { decodeCertificate } from '../../src/pki/parsed-certificate.ts';
export { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
export { loadTrustStore } from '../../src/pki/path/trust-store.ts';
export { validatePath } from '../../src/pki/path/validate-path.ts';
