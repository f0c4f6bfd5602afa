/** Why a service is deployed; all that hold are told. */
export const DEPLOY_REASONS = {
  pending: 'its deployment is pending',
  forced: 'asked for with --force',
  'not-switched': 'its files are there, and another version is served',
  'access-differs': 'its files belong to somebody else, or have another mode',
  'output-missing': 'an output is missing',
  'output-differs': 'an output is not what it should be',
  faulty: 'it cannot be deployed as it is',
} as const;

export interface DeployReason {
  readonly name: keyof typeof DEPLOY_REASONS;
  /** The path of an output, or what is faulty. */
  readonly detail?: string;
}
