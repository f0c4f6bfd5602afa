import { relative } from 'node:path';
import type { World } from '../../world/world.ts';
import { quote } from '../../errors/row.ts';
import { FILE_CAP } from '../../pki/input-caps.ts';
import { lintBytes, type Linted } from '../../pki/lint/lint-bytes.ts';
import type { RuleScope } from '../../pki/lint/rule.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { readInput } from '../../store/input/read-input.ts';

/** Lints a file from the command line, or standard input for `-`. Throws ERR_FILE_READ and ERR_LINT_INPUT. */
export async function lintFile(
  world: Pick<World, 'cwd' | 'files' | 'in'>,
  file: string,
  scopes: readonly RuleScope[],
): Promise<Linted[]> {
  const what = file === '-' ? 'standard input' : quote(file);
  return lintBytes(await readInput(world, file, 'file', FILE_CAP), file, what, scopes);
}

/** Lints every certificate in the manifest, also those of CAs and replaced ones, and every published CRL. */
export function lintEverything(
  world: Pick<World, 'files'>,
  { home, manifest }: { readonly home: Home; readonly manifest: Manifest },
  scopes: readonly RuleScope[],
): Linted[] {
  const linted: Linted[] = [];
  const look = (bytes: Uint8Array, name: string): void => void linted.push(...lintBytes(bytes, name, name, scopes));
  for (const { id, certificate } of manifest.authorities()) {
    if (certificate !== undefined) look(certificate.der, id);
    const path = home.public.crlPem(id);
    const crl = world.files.read(path, FILE_CAP);
    if (crl !== undefined) look(crl, relative(home.directory, path));
  }
  for (const { service, serial, der } of manifest.encodings()) look(der, `${service} ${serial.slice(0, 8)}`);
  return linted;
}
