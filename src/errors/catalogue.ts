import { configErrors } from './config.ts';
import { crlErrors } from './crl.ts';
import { probeErrors } from './probe.ts';
import { deployErrors } from './deploy.ts';
import { inspectErrors } from './inspect.ts';
import { keyErrors } from './keys.ts';
import { requestErrors } from './request.ts';
import { secondOpinionErrors } from './second-opinion.ts';
import { secretErrors } from './secret.ts';
import { lintErrors } from './lint.ts';
import { selectionErrors } from './selection.ts';
import { storeErrors } from './store.ts';
import { issueErrors } from './issue.ts';
import { rotationErrors } from './rotation.ts';
import { revokeErrors } from './revoke.ts';
import { recertifyErrors } from './recertify.ts';
import { taintErrors } from './taint.ts';
import { trustBundleErrors } from './trust-bundle.ts';
import { unlockErrors } from './unlock.ts';
import { renewErrors } from './renew.ts';
import { initErrors } from './init.ts';
import { policyErrors } from './policy.ts';
import { usageErrors } from './usage.ts';
import { certificateInputErrors } from './certificate-input.ts';
import { valueErrors } from './values.ts';

/** Every situation that ends a command, by its permanent code. One row a situation; rows live with their subject. */
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
