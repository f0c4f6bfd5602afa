/** Programs whose behaviour somebody may ask for. */
export const CONSUMERS = ['node', 'nginx', 'envoy', 'go', 'java', 'python', 'gnutls', 'rustls', 'postgres'] as const;

export type Consumer = (typeof CONSUMERS)[number];
