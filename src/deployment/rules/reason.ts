/** The reasons to deploy a service; all that apply are reported. */
export const DEPLOY_REASONS = {
  pending: 'deployment is pending',
  forced: 'requested with --force',
  'not-switched': 'the current link names another version',
  'access-differs': 'its files have another owner or mode',
  'output-missing': 'output is missing',
  'output-differs': 'output has other content, owner or mode',
  faulty: 'cannot be deployed',
} as const;

export interface DeployReason {
  readonly name: keyof typeof DEPLOY_REASONS;
  /** The path of an output, or the fault. */
  readonly detail?: string;
}
