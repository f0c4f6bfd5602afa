// Sets the side that takes the steps of a rotation: changes one value of svcauth.yaml and keeps its comments.
// `ca rotate auto` and `ca rotate manual` call it. The new text must parse to the expected policy, otherwise nothing is written.
import { failure, SvcauthError } from '../../errors/error.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { parsePolicy } from '../../policy/rules/file.ts';
import type { RotationMode } from '../../policy/rules/rotation-mode.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { utf8 } from '../../pki/bytes.ts';
import type { Rotation } from '../../record/rotation.ts';
import { changePki } from '../../store/open-pki.ts';
import type { World } from '../../world/world.ts';
import { successorSigner } from './automatic.ts';

export interface ModeOutcome {
  readonly tier: Rotation['tier'];
  readonly mode: RotationMode;
  readonly changed: boolean;
  readonly path: string;
}

const LIMIT = 1024 * 1024;
const POLICY_FILE = 0o644;

/** Throws ERR_ROTATION_KEY_AWAY for `auto` without the key of the root, and ERR_POLICY_EDIT for a file that a person must edit. */
export const setRotationMode = (
  world: World,
  homeFlag: string | undefined,
  tier: Rotation['tier'],
  mode: RotationMode,
): Promise<ModeOutcome> =>
  changePki(world, homeFlag, `ca rotate ${mode}`, async pki => {
    const { home, manifest } = pki;
    const policy = await loadPolicy(pki);
    const outcome = { tier, mode, path: home.policy };
    if (policy.rotation[tier] === mode) return { ...outcome, changed: false };
    const signer = successorSigner(tier, manifest.authorities());
    if (mode === 'auto' && signer !== undefined && signer.keyLocation !== 'file') {
      throw failure('ERR_ROTATION_KEY_AWAY', { id: signer.id, keyLocation: signer.keyLocation, tier });
    }
    const before = new TextDecoder().decode(world.files.read(home.policy, LIMIT));
    const text = withMode(before, tier, mode);
    if (!(await sets(text, home.policy, policy, tier, mode))) {
      throw failure('ERR_POLICY_EDIT', { path: home.policy, key: `rotation.${tier}`, value: mode });
    }
    world.files.replace(home.policy, utf8(text), POLICY_FILE);
    manifest.transaction(write => write.audit('rotation.mode', tier, { mode }));
    return { ...outcome, changed: true };
  });

/** Changes the value in its line, adds a line to the section, or adds the section. */
function withMode(text: string, tier: string, mode: RotationMode): string {
  const section = /^rotation:[ \t]*(#.*)?$/m.exec(text);
  if (section === null) return `${text.replace(/\n*$/, '\n')}\nrotation:\n  ${tier}: ${mode}\n`;
  const begin = section.index + section[0].length;
  // the section ends before the next key at the margin
  const length = /\n(?=[^\s#])/.exec(text.slice(begin))?.index ?? text.length - begin;
  const body = text.slice(begin, begin + length);
  const line = new RegExp(`(\\n[ \\t]+${tier}:[ \\t]*)["']?(auto|manual)["']?`);
  const indent = /\n([ \t]+)[a-zA-Z]/.exec(body)?.[1] ?? '  ';
  const changed = line.test(body) ? body.replace(line, `$1${mode}`) : `\n${indent}${tier}: ${mode}${body}`;
  return text.slice(0, begin) + changed + text.slice(begin + length);
}

/** Tests that the text is the same policy with this mode. */
async function sets(text: string, path: string, policy: Policy, tier: string, mode: RotationMode): Promise<boolean> {
  try {
    const parsed = await parsePolicy(text, path);
    const expected = { ...policy, rotation: { ...policy.rotation, [tier]: mode } };
    return JSON.stringify(parsed) === JSON.stringify(expected);
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    return false;
  }
}
