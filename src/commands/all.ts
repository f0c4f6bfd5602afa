import type { AddCommand } from './command.ts';

/** Every command by its words, in the order help lists them; its file is loaded when the command line may mean it. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  // making
  'ca init': async () => (await import('./ca-init.ts')).addCaInit,
  'ca install-cert': async () => (await import('./ca-install-cert.ts')).addCaInstallCert,
  'ca list': async () => (await import('./ca-list.ts')).addCaList,
  'ca show': async () => (await import('./ca-show.ts')).addCaShow,
  'ca extend': async () => (await import('./ca-extend.ts')).addCaExtend,
  'ca cross-sign': async () => (await import('./ca-cross-sign.ts')).addCaCrossSign,
  'ca key destroy': async () => (await import('./ca-key-destroy.ts')).addCaKeyDestroy,
  'ca taint': async () => (await import('./ca-taint.ts')).addCaTaint,
  'ca rotate plan': async () => (await import('./ca-rotate-plan.ts')).addCaRotatePlan,
  'ca rotate prepare': async () => (await import('./ca-rotate-prepare.ts')).addCaRotatePrepare,
  'ca rotate publish': async () => (await import('./ca-rotate-step.ts')).addCaRotatePublish,
  'ca rotate ack': async () => (await import('./ca-rotate-ack.ts')).addCaRotateAck,
  'ca rotate activate': async () => (await import('./ca-rotate-step.ts')).addCaRotateActivate,
  'ca rotate drain': async () => (await import('./ca-rotate-step.ts')).addCaRotateDrain,
  'ca rotate retire': async () => (await import('./ca-rotate-step.ts')).addCaRotateRetire,
  'ca rotate rollback': async () => (await import('./ca-rotate-step.ts')).addCaRotateRollback,
  'ca rotate status': async () => (await import('./ca-rotate-status.ts')).addCaRotateStatus,
  issue: async () => (await import('./issue.ts')).addIssue,
  apply: async () => (await import('./apply.ts')).addApply,
  renew: async () => (await import('./renew.ts')).addRenew,
  due: async () => (await import('./due.ts')).addDue,
  deploy: async () => (await import('./deploy.ts')).addDeploy,
  revoke: async () => (await import('./revoke.ts')).addRevoke,
  'crl refresh': async () => (await import('./crl-refresh.ts')).addCrlRefresh,
  'crl presign': async () => (await import('./crl-presign.ts')).addCrlPresign,
  'crl show': async () => (await import('./crl-show.ts')).addCrlShow,
  'crl verify': async () => (await import('./crl-verify.ts')).addCrlVerify,
  'crl diff': async () => (await import('./crl-diff.ts')).addCrlDiff,
  'crl publish': async () => (await import('./crl-publish.ts')).addCrlPublish,
  'crl import': async () => (await import('./crl-import.ts')).addCrlImport,
  'bundle write': async () => (await import('./bundle-write.ts')).addBundleWrite,
  'bundle show': async () => (await import('./bundle-show.ts')).addBundleShow,
  'bundle verify': async () => (await import('./bundle-verify.ts')).addBundleVerify,
  'bundle diff': async () => (await import('./bundle-diff.ts')).addBundleDiff,
  'bundle add-peer': async () => (await import('./bundle-add-peer.ts')).addBundleAddPeer,
  'bundle remove-peer': async () => (await import('./bundle-remove-peer.ts')).addBundleRemovePeer,
  'bundle peers': async () => (await import('./bundle-peers.ts')).addBundlePeers,
  schema: async () => (await import('./schema.ts')).addSchema,
  tick: async () => (await import('./tick.ts')).addTick,
  // watching
  status: async () => (await import('./status.ts')).addStatus,
  check: async () => (await import('./check.ts')).addCheck,
  forecast: async () => (await import('./forecast.ts')).addForecast,
  inspect: async () => (await import('./inspect.ts')).addInspect,
  lint: async () => (await import('./lint.ts')).addLint,
  who: async () => (await import('./who.ts')).addWho,
  verify: async () => (await import('./verify.ts')).addVerify,
  probe: async () => (await import('./probe.ts')).addProbe,
  // connecting with other programs
  'config systemd': async () => (await import('./config-schedule.ts')).configSchedule('systemd'),
  'config cron': async () => (await import('./config-schedule.ts')).configSchedule('cron'),
  'config github-actions': async () => (await import('./config-schedule.ts')).configSchedule('github-actions'),
  'config gitlab-ci': async () => (await import('./config-schedule.ts')).configSchedule('gitlab-ci'),
  'config prometheus-alerts': async () => (await import('./config-schedule.ts')).configSchedule('prometheus-alerts'),
  'config nginx': async () => (await import('./config-consumer.ts')).configConsumer('nginx'),
  'config haproxy': async () => (await import('./config-consumer.ts')).configConsumer('haproxy'),
  'config envoy': async () => (await import('./config-consumer.ts')).configConsumer('envoy'),
  'config node': async () => (await import('./config-consumer.ts')).configConsumer('node'),
  'config fastapi': async () => (await import('./config-consumer.ts')).configConsumer('fastapi'),
  'config istio': async () => (await import('./config-consumer.ts')).configConsumer('istio'),
  'config kubernetes': async () => (await import('./config-consumer.ts')).configConsumer('kubernetes'),
  // proving
  'drill ca-compromise': async () => (await import('./drill-ca-compromise.ts')).addDrillCaCompromise,
  'audit log': async () => (await import('./audit-log.ts')).addAuditLog,
  'audit verify': async () => (await import('./audit-verify.ts')).addAuditVerify,
};

/**
 * Adds the commands whose words all occur in `argv`: the one that is meant, and seldom another. All of them when none do: for
 * help, and for what is misspelt. None for the version, which is asked a thousand times by tools that only want that.
 */
export async function addCommands(argv: readonly string[], ...to: Parameters<AddCommand>): Promise<void> {
  if (argv[0] === '--version' || argv[0] === '-V') return;
  const loaders = Object.entries(COMMANDS);
  const meant = loaders.filter(([words]) => words.split(' ').every(word => argv.includes(word)));
  for (const [, load] of meant.length > 0 ? meant : loaders) (await load())(...to);
}

/** The words that may follow `group` (`ca`), or begin a command line when it is empty. */
export function wordsAfter(group: string): string[] {
  const depth = group === '' ? 0 : group.split(' ').length;
  const inGroup = Object.keys(COMMANDS).filter(words => group === '' || words.startsWith(`${group} `));
  return [...new Set(inGroup.map(words => words.split(' ')[depth]!))];
}
