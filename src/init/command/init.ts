// The command `ca init`: reads its flags, plans the PKI, warns about risky flags, and makes the PKI or prints the plan.
// It refuses an occupied home before it asks for a passphrase.
import { Option } from 'commander';
import { ISSUING_LIFETIME, ROOT_LIFETIME, type InitText } from '../rules/request.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { warn } from '../../view/message.ts';
import { importedKeyAsker, passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, repeatable, type AddCommand } from '../../cli/command.ts';
import { passphraseFlags, passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends Omit<InitText, 'passphraseFlags'>, PassphraseOptions {
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCaInit: AddCommand = (program, world) => {
  const command = group(program, 'ca')
    .command('init')
    .description('make a root and an issuing CA, their empty CRLs, the trust bundle and the policy file')
    .requiredOption('--trust-domain <name>', 'SPIFFE trust domain, like example.org')
    .option('--name <text>', 'stem of the CA names (default: the trust domain)')
    .option('--key-alg <algorithm>', 'ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096', 'ecdsa-p256')
    .option('--root-lifetime <duration>', `of the root (default: ${ROOT_LIFETIME})`)
    .option('--issuing-lifetime <duration>', `of the issuing CA (default: ${ISSUING_LIFETIME})`)
    .option('--crl-url <url>', 'where the CRLs will be served; certificates then point there (default: they do not)')
    .addOption(repeatable('--permit-dns <name>', 'DNS names it may certify: this one and those below'))
    .addOption(repeatable('--exclude-dns <name>', 'DNS names it may not certify'))
    .addOption(repeatable('--permit-uri <host>', 'URI hosts it may certify; some verifiers refuse such a CA whole'))
    .option('--single-tier', 'one CA that signs the services itself: its key cannot go offline')
    .option('--root-key-out <file>', 'write the root key here and keep no copy: an offline root')
    .option('--import-root <file>', 'a root certificate that exists, instead of a new one')
    .option('--import-key <file>', 'its key')
    .option('--import-passphrase-file <file>', 'the passphrase of --import-key (default: the one for the new keys)')
    .option('--csr-only', 'somebody else holds the root: make the issuing key and a request for them to sign')
    .option('--dry-run', 'print what would be made, and make nothing')
    .addOption(
      new Option('--key-protection <how>', 'of the CA keys at rest')
        .choices(['passphrase', 'none'])
        .default('passphrase'),
    );
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth ca init --trust-domain example.org --passphrase-file /run/secrets/ca',
    'svcauth ca init --trust-domain example.org --root-key-out /media/usb/root.key',
    'svcauth ca init --trust-domain example.org --permit-dns example.org --crl-url http://pki.example.org/crl',
  ]);
  command.action(async (flags: Flags) => {
    const { applyInit, planInitPki } = await import('../run/init-pki.ts');
    const { initPlanView, initResultView } = await import('../view/init.ts');
    const { renderPolicyFile } = await import('../../policy/view/file.ts');
    const { locateHome, refuseOccupied } = await import('../../store/home.ts');
    const home = locateHome(world, homeFlag(command));
    refuseOccupied(world.files, home);
    const ask = passphraseAsker(flags, world, true);
    const text = { ...flags, passphraseFlags: passphraseFlags(flags) };
    const plan = await planInitPki(world, text, importedKeyAsker(flags, world, ask));
    for (const warning of warnings(flags)) warn(world, warning);
    if (flags.dryRun) return print(world.out, flags.output, initPlanView(home, plan));
    const result = await applyInit(world, home, plan, renderPolicyFile(plan.policy), ask);
    print(world.out, flags.output, initResultView(result));
  });
};

function warnings({ permitUri, crlUrl }: Flags): string[] {
  return [
    // field notes T13: tried on rustls-webpki >= 0.103.12, pyca, Botan and GnuTLS
    ...(permitUri.length > 0
      ? [
          '--permit-uri: rustls-webpki, pyca/cryptography and Botan refuse every certificate below a CA with URI constraints; GnuTLS ignores them',
        ]
      : []),
    ...(crlUrl?.toLowerCase().startsWith('https:')
      ? [
          '--crl-url: to fetch a CRL over https, a certificate has to be checked first; serve it over http, it is signed (RFC 5280 §8)',
        ]
      : []),
  ];
}
