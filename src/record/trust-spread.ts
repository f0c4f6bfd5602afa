import type { SvcauthError } from '../errors/error.ts';

/** The effects of changed trust outside the home: directories that were published to, and consumers that were reloaded. */
export interface TrustSpread {
  readonly directories: readonly { readonly directory: string; readonly changed: boolean }[];
  /** Services whose files have the new anchors. */
  readonly services: readonly string[];
  /** Consumers whose hooks ran. */
  readonly consumers: readonly {
    readonly consumer: string;
    /** Number of services that it stands for. */
    readonly services: number;
    /** Trust that it had not loaded: `bundle`, `crl`. */
    readonly changed: readonly string[];
    /** Why it stays pending; absent: it has loaded the published trust. */
    readonly problem?: string;
  }[];
  /** The policy could not be read. No directory was published to, and only the hooks ran that services have of their own. */
  readonly withoutPolicy?: boolean;
  /** Errors of single directories, services and consumers; the others were done. Every later tick tries again. */
  readonly errors: readonly SvcauthError[];
}
