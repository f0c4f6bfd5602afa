// Names every JSON Schema of the program, and loads the file that holds it when it is asked for.
// `svcauth schema` prints them, and the tests validate with them all that commands print. A new document is a line here.
import type { JsonSchema } from '../text/json-schema.ts';

type Load = () => Promise<JsonSchema>;
type Group = Readonly<Record<string, Load>>;

const ca = () => import('../ca/view/documents.ts');
const crl = () => import('../crl/view/documents.ts');
const deployment = () => import('../deployment/view/documents.ts');
const audit = () => import('../audit/view/documents.ts');
const rotation = () => import('../rotation/view/documents.ts');
const compromise = () => import('../compromise/view/documents.ts');
const issuance = () => import('../issuance/view/documents.ts');
const bundle = () => import('../bundle/view/documents.ts');
const publication = () => import('../publication/view/documents.ts');
const renewal = () => import('../renewal/view/documents.ts');
const monitoring = () => import('../monitoring/view/documents.ts');
const tick = () => import('../tick/view/documents.ts');
const probe = () => import('../probe/view/documents.ts');
const init = () => import('../init/view/documents.ts');
const messages = () => import('../view/documents.ts');

/** The schemas by name; the name of a document's schema is its `kind`. */
export const SCHEMAS = {
  files: {
    services: async () => (await import('../service/rules/list-yaml.ts')).SERVICES_FILE_SCHEMA,
    'crl-index': async () => (await crl()).CRL_INDEX,
  },
  /** Documents of `-o json`; with `-o jsonl` a document that is not a list is one line. */
  documents: {
    'ca-list': async () => (await ca()).CA_LIST,
    'ca-show': async () => (await ca()).CA_SHOW,
    'ca-rotate-plan': async () => (await rotation()).CA_ROTATE_PLAN,
    'ca-rotate-status': async () => (await rotation()).CA_ROTATE_STATUS,
    'ca-rotate-mode': async () => (await rotation()).CA_ROTATE_MODE,
    'ca-rotate-prepare': async () => (await rotation()).CA_ROTATE_PREPARE,
    'ca-rotate-publish': async () => (await rotation()).CA_ROTATE_PUBLISH,
    'ca-rotate-ack': async () => (await rotation()).CA_ROTATE_ACK,
    'ca-rotate-activate': async () => (await rotation()).CA_ROTATE_ACTIVATE,
    'ca-rotate-drain': async () => (await rotation()).CA_ROTATE_DRAIN,
    'ca-rotate-retire': async () => (await rotation()).CA_ROTATE_RETIRE,
    'ca-rotate-rollback': async () => (await rotation()).CA_ROTATE_ROLLBACK,
    'ca-extend': async () => (await rotation()).CA_EXTEND,
    'ca-cross-sign': async () => (await rotation()).CA_CROSS_SIGN,
    'ca-key-destroy': async () => (await rotation()).CA_KEY_DESTROY,
    'ca-taint': async () => (await compromise()).CA_TAINT,
    'drill-ca-compromise': async () => (await compromise()).DRILL_CA_COMPROMISE,
    'drill-ca-compromise-sandbox': async () => (await compromise()).DRILL_CA_COMPROMISE_SANDBOX,
    'crl-show': async () => (await crl()).CRL_SHOW,
    'crl-refresh': async () => (await crl()).CRL_REFRESH,
    'crl-diff': async () => (await crl()).CRL_DIFF,
    'crl-import': async () => (await crl()).CRL_IMPORT,
    'crl-presign': async () => (await crl()).CRL_PRESIGN,
    revoke: async () => (await crl()).REVOKE,
    deploy: async () => (await deployment()).DEPLOY,
    reload: async () => (await deployment()).RELOAD,
    issue: async () => (await issuance()).ISSUE,
    apply: async () => (await issuance()).APPLY,
    'crl-publish': async () => (await publication()).CRL_PUBLISH,
    'crl-verify': async () => (await publication()).CRL_VERIFY,
    'bundle-show': async () => (await bundle()).BUNDLE_SHOW,
    'bundle-write': async () => (await bundle()).BUNDLE_WRITE,
    'bundle-diff': async () => (await bundle()).BUNDLE_DIFF,
    'bundle-verify': async () => (await bundle()).BUNDLE_VERIFY,
    'bundle-federate': async () => (await bundle()).BUNDLE_FEDERATE,
    'bundle-unfederate': async () => (await bundle()).BUNDLE_UNFEDERATE,
    'bundle-federated': async () => (await bundle()).BUNDLE_FEDERATED,
    inspect: async () => (await import('../lookup/view/inspect-documents.ts')).INSPECT,
    lint: async () => (await import('../lookup/view/lint-documents.ts')).LINT,
    verify: async () => (await import('../lookup/view/verify-documents.ts')).VERIFY,
    who: async () => (await import('../lookup/view/who-documents.ts')).WHO,
    due: async () => (await renewal()).DUE,
    renew: async () => (await renewal()).RENEW,
    'audit-log': async () => (await audit()).AUDIT_LOG,
    'audit-verify': async () => (await audit()).AUDIT_VERIFY,
    'ca-init': async () => (await init()).CA_INIT,
    'ca-install-cert': async () => (await rotation()).CA_INSTALL_CERT,
    probe: async () => (await probe()).PROBE,
    status: async () => (await monitoring()).STATUS,
    check: async () => (await monitoring()).CHECK,
    forecast: async () => (await monitoring()).FORECAST,
    tick: async () => (await tick()).TICK,
  },
  /** Lines of `-o jsonl`. */
  lines: {
    ca: async () => (await ca()).CA,
    crl: async () => (await crl()).CRL,
    'crl-entry': async () => (await crl()).CRL_ENTRY,
    'crl-action': async () => (await crl()).CRL_ACTION,
    'crl-difference': async () => (await crl()).CRL_DIFFERENCE,
    deployment: async () => (await deployment()).DEPLOYMENT,
    issuance: async () => (await issuance()).ISSUANCE,
    'apply-step': async () => (await issuance()).APPLY_STEP,
    anchor: async () => (await bundle()).ANCHOR,
    'bundle-finding': async () => (await bundle()).BUNDLE_FINDING,
    'federated-trust-domain': async () => (await bundle()).FEDERATED_TRUST_DOMAIN,
    publication: async () => (await publication()).PUBLICATION,
    'crl-finding': async () => (await publication()).CRL_FINDING,
    content: async () => (await import('../lookup/view/inspect-documents.ts')).CONTENT,
    'lint-finding': async () => (await import('../lookup/view/lint-documents.ts')).LINT_FINDING,
    'lint-verdict': async () => (await import('../lookup/view/lint-documents.ts')).LINT_VERDICT,
    match: async () => (await import('../lookup/view/who-documents.ts')).MATCH,
    renewal: async () => (await renewal()).RENEWAL,
    'audit-record': async () => (await audit()).AUDIT_RECORD,
    service: async () => (await monitoring()).SERVICE,
    consumer: async () => (await monitoring()).CONSUMER,
    finding: async () => (await monitoring()).FINDING,
    'forecast-event': async () => (await monitoring()).FORECAST_EVENT,
    server: async () => (await probe()).SERVER,
    action: async () => (await tick()).ACTION,
    failure: async () => (await tick()).FAILURE,
  },
  /** Lines of standard error, with either. */
  messages: {
    error: async () => (await messages()).ERROR,
    warning: async () => (await messages()).WARNING,
  },
} as const satisfies Readonly<Record<string, Group>>;

export type SchemaGroup = keyof typeof SCHEMAS;

/** All of them by name. */
export const ALL_SCHEMAS: Group = Object.assign({}, ...Object.values(SCHEMAS)) as Group;
