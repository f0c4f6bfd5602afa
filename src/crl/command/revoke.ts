// The command `revoke`: reads its flags, revokes certificates or prints the plan, and warns about related certificates.
// It refuses incomplete flags before it opens the home. `run/revoke.ts` does the work.
import { Option } from 'commander';
import { REMEDIES } from '../../errors/remedy.ts';
import { failure } from '../../errors/error.ts';
import { parseInstant } from '../../time/instant.ts';
import { CRL_REASONS, parseCrlReason } from '../../pki/crl/revocation-reason.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { warn } from '../../view/message.ts';
import { revokeView } from '../view/revoke.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly previous?: boolean;
  readonly all?: boolean;
  readonly unknown?: boolean;
  readonly ca?: string;
  readonly notAfter?: string;
  readonly reason?: string;
  readonly invalidityDate?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addRevoke: AddCommand = (program, world) => {
  const command = program
    .command('revoke')
    .description('revoke certificates and sign the CRLs that say so')
    .argument('[certificate...]', 'service names, SPIFFE IDs or serial numbers (the first 8 digits or more)')
    .addOption(new Option('--previous', 'the certificate that the current one replaced').conflicts('all'))
    .option('--all', 'every certificate of the service that has not expired')
    .option('--reason <reason>', `${Object.keys(CRL_REASONS).join(', ')} (default: unspecified)`)
    .option('--invalidity-date <time>', 'when the key was lost, if that was earlier: 2026-11-20T08:00:00Z or -2h')
    .addOption(
      new Option(
        '--unknown',
        'whole serial numbers that the manifest does not know, as after a restored back-up',
      ).conflicts(['all', 'previous']),
    )
    .option('--ca <id>', 'who issued them')
    .option('--not-after <time>', 'when they end (default: with their CA)')
    .option('--dry-run', 'print what would be revoked, and revoke nothing');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth revoke payments --reason keyCompromise --all',
    'svcauth revoke payments --previous --reason superseded',
    'svcauth revoke 552a94dd --dry-run',
    'svcauth revoke 552a94dd21a94b8d0c3a6c1f5e7b9a10 --unknown --ca issuing-g1',
  ]);
  command.action(async (selectors: readonly string[], flags: Flags) => {
    if (selectors.length === 0) throw failure('ERR_REVOKE_WHAT', {});
    const { invalidityDate, notAfter, ca } = flags;
    const isHalf = flags.unknown ? ca === undefined : (ca ?? notAfter) !== undefined;
    if (isHalf) throw failure('ERR_REVOKE_UNKNOWN_CA', {});
    const request = {
      selectors,
      which: flags.all ? ('all' as const) : flags.previous ? ('previous' as const) : ('current' as const),
      reason: parseCrlReason(flags.reason ?? 'unspecified'),
      ...(ca !== undefined && {
        unknown: { authorityId: ca, ...(notAfter !== undefined && { notAfter: parseInstant(notAfter, world.now) }) },
      }),
      ...(invalidityDate !== undefined && { invalidityDate: parseInstant(invalidityDate, world.now) }),
    };
    const { revokeRun } = await import('../run/revoke.ts');
    const ask = passphraseAsker(flags, world, false);
    const outcome = await revokeRun(world, homeFlag(command), request, { dryRun: flags.dryRun ?? false, ask });
    print(world.out, flags.output, revokeView(outcome));
    if (outcome.policyProblem !== undefined) {
      warn(world, `${outcome.policyProblem}: its CRL lives as long as CRLs do by default`);
    }
    for (const step of outcome.plan.steps) {
      if (step.action !== 'keep' || step.revocation.reason === request.reason || flags.reason === undefined) continue;
      warn(world, `${step.certificate.serial} stays ${step.revocation.reason}: a reason is given once`);
    }
    for (const { service, serial } of outcome.plan.stillValid) {
      warn(world, `${service} also has ${serial}, replaced and still valid: ${REMEDIES.revocable({ text: serial })}`);
    }
  });
};
