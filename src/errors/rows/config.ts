import { EXIT } from '../exit-status.ts';
import { quote, row } from '../row.ts';

/** Errors of writing configuration for other programs. */
export const configErrors = {
  ERR_CONFIG_VALUE: row<{ name: string; value: string }>(
    EXIT.usage,
    p => `${p.name} ${quote(p.value)} cannot be quoted safely in this configuration file`,
    () => ['use a value without backslashes, "$" and control characters'],
  ),
  ERR_CONFIG_EXISTS: row<{ paths: readonly string[] }>(
    EXIT.usage,
    p =>
      `nothing was written: ${p.paths.map(quote).join(' and ')} ${p.paths.length === 1 ? 'exists and differs' : 'exist and differ'}`,
    () => ['to replace existing files: --force'],
  ),
} as const;
