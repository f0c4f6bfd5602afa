/** The last probe of an address that a services file declares for a service. */
export interface ServedRecord {
  readonly service: string;
  /** Host and port, `[::1]:8443` for IPv6. */
  readonly address: string;
  readonly triedAt: Date;
  /** The certificate of the last probe that got one; absent: none has yet. */
  readonly seen?: ServedCertificate;
  /** Why the last probe got no certificate; absent after one that did. */
  readonly problem?: {
    /** Code of the error, `ERR_…`. */
    readonly code: string;
    readonly text: string;
    /** First of the failures without a success between them. */
    readonly since: Date;
  };
}

export interface ServedCertificate {
  readonly at: Date;
  /** Serial of the leaf, lower-case hex; absent if it cannot be read. */
  readonly serial?: string;
  /** SHA-256 of each certificate that the server sent, the leaf first, lower-case hex. */
  readonly chain: readonly string[];
  /** Why clients reject it, whatever its age: a chain that is incomplete, another service, another PKI. */
  readonly refusal?: { readonly severity: 'warning' | 'critical'; readonly text: string };
}
