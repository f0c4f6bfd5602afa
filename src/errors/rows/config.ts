import { EXIT } from '../exit-status.ts';
import { quote, row } from '../row.ts';

/** Configuration for other programs. */
export const configErrors = {
  ERR_CONFIG_VALUE: row<{ name: string; value: string }>(
    EXIT.usage,
    p => `${p.name} ${quote(p.value)} cannot be written into this configuration so that it stays what it is`,
    () => ['use a path without backslashes, "$" and control characters'],
  ),
  ERR_CONFIG_EXISTS: row<{ paths: readonly string[] }>(
    EXIT.usage,
    p =>
      `nothing was written: ${p.paths.map(quote).join(' and ')} ${p.paths.length === 1 ? 'is' : 'are'} there and differ${p.paths.length === 1 ? 's' : ''}`,
    () => ['to replace what is there: --force'],
  ),
} as const;
