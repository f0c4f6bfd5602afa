/** Parser for systemd's unit files, for the parts that ours use, by its own rules (systemd.syntax(7), systemd.service(5)). */

/** Lists every setting of a unit in its order; a key may occur several times. */
export type UnitFile = readonly { readonly section: string; readonly key: string; readonly value: string }[];

export function parseUnit(text: string): UnitFile {
  let section = '';
  return text.split('\n').flatMap(raw => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    if (line.endsWith('\\')) throw new Error(`the line goes on: ${line}`);
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      return [];
    }
    const setting = /^(\w+)=(.*)$/.exec(line);
    if (setting === null || section === '') throw new Error(`no setting: ${line}`);
    return [{ section, key: setting[1]!, value: setting[2]! }];
  });
}

export const valuesOf = (unit: UnitFile, key: string): readonly string[] =>
  unit.filter(setting => setting.key === key).map(({ value }) => value);

/** Splits a setting into words: removes quotes, reads `%%`, refuses any other specifier. */
export function unitWords(value: string): string[] {
  const words = [...value.matchAll(/\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)/gy)].map(
    ([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain!,
  );
  return words.map(withoutSpecifiers);
}

/** Splits ExecStart= and the like into the program's path and arguments. `$$` is a dollar sign; a variable is refused. */
export function execWords(value: string): string[] {
  const [program, ...args] = unitWords(value);
  const read = args.map(word => {
    if (/\$/.test(word.replaceAll('$$', ''))) throw new Error(`a variable: ${word}`);
    return word.replaceAll('$$', '$');
  });
  return [program!, ...read];
}

export function withoutSpecifiers(value: string): string {
  if (/%/.test(value.replaceAll('%%', ''))) throw new Error(`a specifier: ${value}`);
  return value.replaceAll('%%', '%');
}
