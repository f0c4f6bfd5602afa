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
import { reportSpread } from '../../cli/spread-trust.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
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
  readonly publish: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addRevoke =
  (spread: SpreadTrust): AddCommand =>
  (program, world, done) => {
    const command = program
      .command('revoke')
      .description('revoke certificates, publish the CRLs that list them, and reload their consumers')
      .argument('[certificate...]', 'service names, SPIFFE IDs or serial numbers (at least the first 8 digits)')
      .addOption(new Option('--previous', 'revoke the certificate that the current one replaced').conflicts('all'))
      .option('--all', 'revoke every certificate of the service that has not expired')
      .option('--reason <reason>', `${Object.keys(CRL_REASONS).join(', ')} (default: unspecified)`)
      .option('--invalidity-date <time>', 'time the key was compromised, if known: 2026-11-20T08:00:00Z or -2h')
      .addOption(
        new Option(
          '--unknown',
          'revoke full serial numbers that the manifest lacks, for example after a backup was restored',
        ).conflicts(['all', 'previous']),
      )
      .option('--ca <id>', 'CA that issued the unknown certificates')
      .option('--not-after <time>', 'expiry of the unknown certificates (default: expiry of their CA)')
      .option('--no-publish', 'only sign the CRLs; the next tick publishes them and reloads consumers')
      .option('--dry-run', 'print what would be revoked; revoke nothing');
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
      const outcome = await revokeRun(world, homeFlag(command), request, {
        dryRun: flags.dryRun ?? false,
        ask,
        spread: flags.publish ? spread : undefined,
      });
      print(world.out, flags.output, withSpread(revokeView(outcome), outcome.spread));
      if (!flags.publish && outcome.crls.length > 0) {
        warn(world, `the new CRLs are not published, and no program has loaded them: ${REMEDIES.everythingDue()}`);
      }
      reportSpread(world, done, outcome.spread);
      if (outcome.policyProblem !== undefined) {
        warn(world, `${outcome.policyProblem}; new CRLs have the default lifetime`);
      }
      for (const step of outcome.plan.steps) {
        if (step.action !== 'keep' || step.revocation.reason === request.reason || flags.reason === undefined) continue;
        const { serial } = step.certificate;
        warn(world, `${serial} is already revoked with the reason ${step.revocation.reason}, which does not change`);
      }
      for (const { service, serial } of outcome.plan.stillValid) {
        const remedy = REMEDIES.revocable({ text: serial });
        warn(world, `${service} has another valid certificate, which was replaced: ${remedy}`);
      }
    });
  };
