import { authorityRows } from '../../ca/run/rows.ts';
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { parseDuration } from '../../time/duration.ts';
import type { Runs } from '../../time/runs.ts';
import { parseInstant } from '../../time/instant.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';
import { watchingPolicy } from '../../policy/command/watching.ts';

interface Flags {
  readonly output: OutputFormat;
  readonly at?: string;
  readonly until: string;
  readonly every: string;
}

export const addForecast: AddCommand = (program, world) => {
  const command = program
    .command('forecast')
    .description('predict what expires first, with and without scheduled runs')
    .option('--until <time>', 'end of the forecast: 2027-12-24, +90d or RFC 3339', '+90d')
    .option('--every <span>', 'how often svcauth runs', '1d');
  outputOption(atOption(command));
  examples(command, [
    'svcauth forecast',
    'svcauth forecast --until +2y --every 1w',
    'svcauth forecast --at +30d -o json',
  ]);
  command.action(async (flags: Flags) => {
    const now = instantOf(flags, world);
    const until = parseInstant(flags.until, now);
    if (until <= now) {
      const expected = `after ${instantText(now)}, the start of the forecast`;
      throw failure('ERR_FLAG_VALUE', { flag: '--until', value: flags.until, expected });
    }
    const everySeconds = parseDuration(flags.every);
    const { forecast } = await import('../rules/forecast.ts');
    const { rotationFuture } = await import('../../rotation/rules/future.ts');
    const { ableTiers } = await import('../../rotation/run/automatic.ts');
    const { outlookFacts } = await import('../../rotation/run/outlook.ts');
    const { forecastView } = await import('../view/forecast.ts');
    await readManifest(command, world, async (manifest, home) => {
      const policy = await watchingPolicy(world, home, manifest);
      const facts = outlookFacts(manifest, policy, now);
      const input = {
        services: manifest.liveServices(),
        authorities: authorityRows(manifest),
        rotations: (runs: Runs) => rotationFuture(facts, ableTiers(manifest), runs),
      };
      const answer = forecast(input, policy, { now, until, everySeconds });
      print(world.out, flags.output, forecastView(answer, everySeconds, await terminalOf(world)));
    });
  });
};
