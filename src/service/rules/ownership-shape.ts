import { failure } from '../../errors/error.ts';
import { text, type Shape } from '../../text/shape.ts';
import type { YamlNode } from '../../text/yaml/tree.ts';

const ACCOUNT = /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,254}\$?$/;

/** Shape of a user or group: a name, also one with a domain, or a number. */
function account(description: string): Shape<string> {
  const { read, schema } = text(
    text => {
      if (ACCOUNT.test(text)) return text;
      const reason = 'use letters, digits, dots, dashes and underscores, or a number';
      throw failure('ERR_ACCOUNT', { text, reason });
    },
    { description, pattern: ACCOUNT.source },
  );
  return {
    read: (node, report) => (isCount(node) ? String(node.value) : read(node, report)),
    schema: { ...schema, type: ['string', 'integer'], minimum: 0 },
  };
}

const isCount = (node: YamlNode): node is YamlNode & { readonly kind: 'scalar' } =>
  node.kind === 'scalar' && Number.isSafeInteger(node.value) && (node.value as number) >= 0;

/** Mode of a private key: read access for the owner and perhaps the group, none for others, and no execution. */
const MODE = /^0?[46][046]0$/;

const modeText = text(
  text => {
    if (MODE.test(text)) return Number.parseInt(text, 8);
    const reason = 'the owner digit must be 4 or 6, the group digit 0, 4 or 6, and the last digit 0';
    const [isMode, hint] = [/^0?[0-7]{3}$/.test(text), "write for example '0600', '0640' or '0440'"];
    throw failure('ERR_MODE', { text, reason: isMode ? reason : 'it does not have three octal digits', hint });
  },
  {
    description: "Permissions of files that contain the private key, in quotes: '0600' (default), '0640', '0440'.",
    pattern: MODE.source,
  },
);

const mode: Shape<number> = {
  read: (node, report) => {
    if (node.kind !== 'scalar' || typeof node.value !== 'number') return modeText.read(node, report);
    // 0640 is the number 640 in YAML 1.2, and 416 in YAML 1.1
    report({ at: node.at, text: `YAML reads ${node.value} as a number: write a mode in quotes, like '0640'` });
    return undefined;
  },
  schema: modeText.schema,
};

export const OWNERSHIP_SHAPES = {
  owner: account('Owner of the files: a user name or number (default: the user that runs svcauth).'),
  group: account('Group of the files: a name or a number (default: the group of svcauth).'),
  mode,
} as const;
