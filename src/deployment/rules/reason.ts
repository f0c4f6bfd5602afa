/** The reasons to deploy a service; all that apply are reported. */
export const DEPLOY_REASONS = {
  pending: 'deployment is pending',
  forced: 'requested with --force',
  'key-lost': 'its key is missing or does not match its certificate',
  'files-missing': 'file is missing',
  'files-differ': 'file has other content',
  'current-foreign': 'current is not a link of svcauth',
  'not-switched': 'the current link names another version',
  'key-readable': 'its key can be read by other accounts',
  'access-differs': 'its files have another owner or mode',
  'output-missing': 'output is missing',
  'output-differs': 'output has other content, owner or mode',
  faulty: 'cannot be deployed',
} as const;

export interface DeployReason {
  readonly name: keyof typeof DEPLOY_REASONS;
  /** The path of an output, the name of a file, or the fault. */
  readonly detail?: string;
}
