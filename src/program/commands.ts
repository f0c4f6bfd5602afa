// Maps the words of a command line to the file of each command, so a start loads few of them.
// `main.ts` adds the commands from it, and `usage-error.ts` takes the words for its hints. A new command is a line here.
import type { AddCommand } from '../cli/command.ts';
import type { SpreadTrust } from '../store/spread-trust.ts';

/** The last work of commands that change trust, for subjects below deployment. */
const spread: SpreadTrust = async (...given) =>
  (await import('../deployment/run/publish-and-reload.ts')).spreadTrust(...given);

/** Commands by their words, in the groups and the order of help; a file is loaded when the command line may mean its command. */
const COMMAND_GROUPS: Readonly<Record<string, Readonly<Record<string, () => Promise<AddCommand>>>>> = {
  'CAs:': {
    'ca init': async () => (await import('../init/command/init.ts')).addCaInit,
    'ca install-cert': async () => (await import('../rotation/command/install-certificate.ts')).addCaInstallCert,
    'ca list': async () => (await import('../ca/command/list.ts')).addCaList,
    'ca show': async () => (await import('../ca/command/show.ts')).addCaShow,
    'ca extend': async () => (await import('../rotation/command/extend.ts')).addCaExtend,
    'ca cross-sign': async () => (await import('../rotation/command/cross-sign.ts')).addCaCrossSign,
    'ca key destroy': async () => (await import('../rotation/command/destroy-key.ts')).addCaKeyDestroy,
    'ca taint': async () => (await import('../compromise/command/taint.ts')).addCaTaint,
    'ca rotate plan': async () => (await import('../rotation/command/plan.ts')).addCaRotatePlan,
    'ca rotate prepare': async () => (await import('../rotation/command/prepare.ts')).addCaRotatePrepare,
    'ca rotate publish': async () => (await import('../rotation/command/step.ts')).addCaRotatePublish,
    'ca rotate ack': async () => (await import('../rotation/command/acknowledge.ts')).addCaRotateAck,
    'ca rotate activate': async () => (await import('../rotation/command/step.ts')).addCaRotateActivate,
    'ca rotate drain': async () => (await import('../rotation/command/step.ts')).addCaRotateDrain,
    'ca rotate retire': async () => (await import('../rotation/command/step.ts')).addCaRotateRetire,
    'ca rotate rollback': async () => (await import('../rotation/command/step.ts')).addCaRotateRollback,
    'ca rotate auto': async () => (await import('../rotation/command/mode.ts')).addCaRotateAuto,
    'ca rotate manual': async () => (await import('../rotation/command/mode.ts')).addCaRotateManual,
    'ca rotate status': async () => (await import('../rotation/command/status.ts')).addCaRotateStatus,
    'drill ca-compromise': async () => (await import('../compromise/command/drill.ts')).addDrillCaCompromise,
  },
  'Certificates of services:': {
    issue: async () => (await import('../issuance/command/issue.ts')).addIssue,
    apply: async () => (await import('../issuance/command/apply.ts')).addApply,
    renew: async () => (await import('../renewal/command/renew.ts')).addRenew,
    due: async () => (await import('../renewal/command/due.ts')).addDue,
    deploy: async () => (await import('../deployment/command/deploy.ts')).addDeploy,
    reload: async () => (await import('../deployment/command/reload.ts')).addReload,
    revoke: async () => (await import('../crl/command/revoke.ts')).addRevoke(spread),
  },
  'CRLs and trust bundles:': {
    'crl refresh': async () => (await import('../crl/command/refresh.ts')).addCrlRefresh(spread),
    'crl presign': async () => (await import('../crl/command/presign.ts')).addCrlPresign,
    'crl show': async () => (await import('../crl/command/show.ts')).addCrlShow,
    'crl verify': async () => (await import('../publication/command/verify.ts')).addCrlVerify,
    'crl diff': async () => (await import('../crl/command/diff.ts')).addCrlDiff,
    'crl publish': async () => (await import('../publication/command/publish.ts')).addCrlPublish(spread),
    'crl import': async () => (await import('../crl/command/import.ts')).addCrlImport(spread),
    'bundle write': async () => (await import('../bundle/command/write.ts')).addBundleWrite(spread),
    'bundle show': async () => (await import('../bundle/command/show.ts')).addBundleShow,
    'bundle verify': async () => (await import('../bundle/command/verify.ts')).addBundleVerify,
    'bundle diff': async () => (await import('../bundle/command/diff.ts')).addBundleDiff,
    'bundle federate': async () => (await import('../bundle/command/federate.ts')).addBundleFederate(spread),
    'bundle unfederate': async () => (await import('../bundle/command/unfederate.ts')).addBundleUnfederate(spread),
    'bundle federated': async () => (await import('../bundle/command/federated.ts')).addBundleFederated,
  },
  'Monitoring:': {
    status: async () => (await import('../monitoring/command/status.ts')).addStatus,
    check: async () => (await import('../monitoring/command/check.ts')).addCheck,
    forecast: async () => (await import('../monitoring/command/forecast.ts')).addForecast,
    'audit log': async () => (await import('../audit/command/log.ts')).addAuditLog,
    'audit verify': async () => (await import('../audit/command/verify.ts')).addAuditVerify,
  },
  'Tools for files and servers:': {
    inspect: async () => (await import('../lookup/command/inspect.ts')).addInspect,
    lint: async () => (await import('../lookup/command/lint.ts')).addLint,
    who: async () => (await import('../lookup/command/who.ts')).addWho,
    verify: async () => (await import('../lookup/command/verify.ts')).addVerify,
    probe: async () => (await import('../probe/command/probe.ts')).addProbe,
  },
  'Automation and integration:': {
    schema: async () => (await import('./schema-command.ts')).addSchema,
    tick: async () => (await import('../tick/command/tick.ts')).addTick,
    'config systemd': async () => (await import('../config/command/schedule.ts')).configSchedule('systemd'),
    'config cron': async () => (await import('../config/command/schedule.ts')).configSchedule('cron'),
    'config github-actions': async () =>
      (await import('../config/command/schedule.ts')).configSchedule('github-actions'),
    'config gitlab-ci': async () => (await import('../config/command/schedule.ts')).configSchedule('gitlab-ci'),
    'config prometheus-alerts': async () =>
      (await import('../config/command/schedule.ts')).configSchedule('prometheus-alerts'),
    'config nginx': async () => (await import('../config/command/consumer.ts')).configConsumer('nginx'),
    'config haproxy': async () => (await import('../config/command/consumer.ts')).configConsumer('haproxy'),
    'config envoy': async () => (await import('../config/command/consumer.ts')).configConsumer('envoy'),
    'config node': async () => (await import('../config/command/consumer.ts')).configConsumer('node'),
    'config fastapi': async () => (await import('../config/command/consumer.ts')).configConsumer('fastapi'),
    'config istio': async () => (await import('../config/command/consumer.ts')).configConsumer('istio'),
    'config kubernetes': async () => (await import('../config/command/consumer.ts')).configConsumer('kubernetes'),
  },
};

const COMMANDS = Object.entries(COMMAND_GROUPS).flatMap(([heading, commands]) =>
  Object.entries(commands).map(([words, load]) => ({ heading, words, load })),
);

/** Earlier words of a command, which still work. Help and hints do not show them. */
const FORMER: Readonly<Record<string, string>> = {
  'bundle add-peer': 'bundle federate',
  'bundle remove-peer': 'bundle unfederate',
  'bundle peers': 'bundle federated',
};

/**
 * Adds the commands whose words all occur in `argv`: usually one. Adds all of them if none match, for help and for misspelt commands,
 * and none for `--version`, which tools ask often.
 */
export async function addCommands(argv: readonly string[], ...to: Parameters<AddCommand>): Promise<void> {
  if (argv[0] === '--version' || argv[0] === '-V') return;
  const isTyped = (words: string): boolean => words.split(' ').every(word => argv.includes(word));
  const former = Object.entries(FORMER).flatMap(([old, words]) => (isTyped(old) ? words : []));
  const meant = COMMANDS.filter(({ words }) => isTyped(words) || former.includes(words));
  const [program] = to;
  for (const { heading, load } of meant.length > 0 ? meant : COMMANDS) {
    program.commandsGroup(heading);
    (await load())(...to);
  }
}

/** Lists the words that may follow `group` (`ca`), or begin a command line if it is empty. */
export function wordsAfter(group: string): string[] {
  const depth = group === '' ? 0 : group.split(' ').length;
  const inGroup = COMMANDS.flatMap(({ words }) => (group === '' || words.startsWith(`${group} `) ? words : []));
  return [...new Set(inGroup.map(words => words.split(' ')[depth]!))];
}
