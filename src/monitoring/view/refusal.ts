// Writes the message and the remedy of a renewal that will be refused. `check` and `forecast` print the same.
import { REMEDIES } from '../../errors/remedy.ts';
import type { Refusal } from '../../renewal/rules/refusal.ts';
import { durationText } from '../../time/duration.ts';

/** A service whose renewal is refused. */
interface Refused {
  readonly subject: string;
  readonly refusal?: Refusal;
  /** Number of services with the same reason and lifetime. */
  readonly services?: number;
  /** Longest lifetime in seconds that the issuing CA allows. */
  readonly longest?: number;
  /** The command that lets a CA issue again. */
  readonly remedy?: string;
}

/** A successor issues again, unless a command repairs the CA itself. */
const issuerBack = ({ remedy }: Refused): string =>
  remedy ?? REMEDIES.rotationPrepared({ tier: 'issuing', keyLocation: 'file' });

type Describe = (refused: Refused) => { readonly message: string; readonly remedy: string };

const REFUSALS: Readonly<Record<Refusal, Describe>> = {
  'no-issuer': refused => ({ message: 'no CA can issue', remedy: issuerBack(refused) }),
  'issuer-key-away': refused => ({
    message: 'the key of the issuing CA is not in the home',
    remedy: issuerBack(refused),
  }),
  csr: ({ subject }) => ({
    message: 'it needs a new CSR, because its key is on its own host',
    remedy: REMEDIES.requestNeeded({ service: subject }),
  }),
  'ttl-share': ({ subject, longest }) => ({
    message: "its lifetime is more than a sixth of its CA's lifetime",
    remedy: REMEDIES.lifetimeTooLong({
      service: subject,
      ...(longest !== undefined && { longest: durationText(longest) }),
    }),
  }),
  'outlives-issuer': ({ subject }) => ({
    message: 'it would outlive its CA',
    remedy: REMEDIES.renewalOutlivesIssuer({ service: subject }),
  }),
};

export function describeRefusal(refused: Refused): { readonly message: string; readonly remedy: string } {
  const { message, remedy } = REFUSALS[refused.refusal ?? 'no-issuer'](refused);
  const { services = 1 } = refused;
  const others = services > 1 ? `, nor ${services === 2 ? '1 other service' : `${services - 1} other services`}` : '';
  return { message: `cannot be renewed${others}: ${message}`, remedy };
}
