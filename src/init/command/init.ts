// The command `ca init`: reads its flags, plans the PKI, warns about risky flags, and creates the PKI or prints the plan.
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
    .description('create a PKI: root CA, issuing CA, their CRLs, the trust bundle and svcauth.yaml')
    .requiredOption('--trust-domain <name>', 'SPIFFE trust domain, such as example.org')
    .option('--name <text>', 'first part of the CA names (default: the trust domain)')
    .option(
      '--key-alg <algorithm>',
      'CA key algorithm: ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096',
      'ecdsa-p256',
    )
    .option('--root-lifetime <duration>', `lifetime of the root CA (default: ${ROOT_LIFETIME})`)
    .option('--issuing-lifetime <duration>', `lifetime of the issuing CA (default: ${ISSUING_LIFETIME})`)
    .option('--crl-url <url>', 'URL of the published CRLs, to write into certificates (default: none)')
    .addOption(repeatable('--permit-dns <name>', 'DNS name the CA may certify, with all names below it'))
    .addOption(repeatable('--exclude-dns <name>', 'DNS name the CA may not certify, with all names below it'))
    .addOption(
      repeatable(
        '--permit-uri <host>',
        'URI host the CA may certify (some verifiers reject every certificate from such a CA)',
      ),
    )
    .option('--single-tier', 'create only a root CA, which issues to services itself and cannot be offline')
    .option('--root-key-out <file>', 'write the root key to this file and keep no copy (offline root)')
    .option('--import-root <file>', 'use an existing root certificate instead of a new root')
    .option('--import-key <file>', 'private key of the imported root')
    .option(
      '--import-passphrase-file <file>',
      'file with the passphrase of --import-key (default: the passphrase of the new keys)',
    )
    .option('--csr-only', 'create the issuing key and a CSR for an external root to sign')
    .option('--dry-run', 'print what would be created; create nothing')
    .addOption(
      new Option('--key-protection <how>', 'how CA keys are stored: encrypted with a passphrase, or none')
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
          '--permit-uri: rustls-webpki, pyca/cryptography and Botan reject every certificate from a CA with URI constraints; GnuTLS ignores them',
        ]
      : []),
    ...(crlUrl?.toLowerCase().startsWith('https:')
      ? [
          '--crl-url: fetching a CRL over https requires checking a certificate first; use http, because CRLs are signed (RFC 5280 §8)',
        ]
      : []),
  ];
}
