import { configErrors } from './rows/config.ts';
import { crlErrors } from './rows/crl.ts';
import { probeErrors } from './rows/probe.ts';
import { deployErrors } from './rows/deployment.ts';
import { inspectErrors } from './rows/inspect.ts';
import { keyErrors } from './rows/keys.ts';
import { requestErrors } from './rows/request.ts';
import { secondOpinionErrors } from './rows/second-opinion.ts';
import { secretErrors } from './rows/secret.ts';
import { lintErrors } from './rows/lint.ts';
import { selectionErrors } from './rows/selection.ts';
import { storeErrors } from './rows/store.ts';
import { issueErrors } from './rows/issuance.ts';
import { rotationErrors } from './rows/rotation.ts';
import { revokeErrors } from './rows/revoke.ts';
import { recertifyErrors } from './rows/recertify.ts';
import { taintErrors } from './rows/compromise.ts';
import { trustBundleErrors } from './rows/bundle.ts';
import { unlockErrors } from './rows/unlock.ts';
import { renewErrors } from './rows/renewal.ts';
import { initErrors } from './rows/init.ts';
import { policyErrors } from './rows/policy.ts';
import { usageErrors } from './rows/usage.ts';
import { certificateInputErrors } from './rows/certificate-input.ts';
import { valueErrors } from './rows/values.ts';

/** Every error that ends a command, by its permanent code. */
export const CATALOGUE = {
  ...configErrors,
  ...crlErrors,
  ...probeErrors,
  ...deployErrors,
  ...inspectErrors,
  ...keyErrors,
  ...requestErrors,
  ...secondOpinionErrors,
  ...policyErrors,
  ...lintErrors,
  ...usageErrors,
  ...initErrors,
  ...recertifyErrors,
  ...taintErrors,
  ...trustBundleErrors,
  ...unlockErrors,
  ...revokeErrors,
  ...rotationErrors,
  ...renewErrors,
  ...issueErrors,
  ...valueErrors,
  ...storeErrors,
  ...selectionErrors,
  ...certificateInputErrors,
  ...secretErrors,
} as const;
