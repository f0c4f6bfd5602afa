// Formats a forecast: the first break of each of the two scenarios, then its events by date.
// `forecast` prints it. The table merges equal events of services and stops after 20 lines; the JSON has every event.
import { durationText } from '../../time/duration.ts';
import type { Forecast } from '../rules/forecast.ts';
import { isBreak, type ForecastEvent } from '../rules/forecast-event.ts';
import type { FORECAST, FORECAST_EVENT } from './documents.ts';
import { describeForecast } from './forecast-event.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';

const HEADER = ['AT', 'WHEN', 'SUBJECT', 'MESSAGE', 'REMEDY'];
/** Most lines of a scenario in a table. */
const LINES = 20;

export function forecastView(
  forecast: Forecast,
  everySeconds: number,
  { colours, columns }: Terminal,
): View<typeof FORECAST, typeof FORECAST_EVENT> {
  const { now, until, keepsRunning, stopsToday } = forecast;
  const described = (events: readonly ForecastEvent[]) =>
    events.map(event => {
      const { kind, subject, name, ...facts } = event;
      return {
        name,
        ...(kind === 'ca' ? { ca: subject } : { service: subject }),
        ...facts,
        ...describeForecast(event, now),
      };
    });
  const scenarioOf = (events: readonly ForecastEvent[]) => ({
    firstBreak: events.find(isBreak)?.at,
    events: described(events),
  });
  const formatScenario = (premise: string, events: readonly ForecastEvent[]): string => {
    const first = events.find(isBreak);
    const headline =
      first === undefined
        ? colours.green(`nothing breaks before ${formatInstant(until)}`)
        : colours.red(`${first.at <= now ? 'broken since' : 'first break at'} ${withRelative(first.at, now)}`);
    const lines = grouped(events);
    const rows = lines.slice(0, LINES).map(([event, ...others]) => {
      const { message, remedy } = describeForecast(event, now);
      const subject = others.length === 0 ? event.subject : `${event.subject} and ${others.length} more`;
      return [formatInstant(event.at), formatRelativeTime(event.at, now), subject, message, remedy ?? ''];
    });
    const table = rows.length === 0 ? '' : `\n${formatTable(HEADER, rows, columns)}`;
    const rest = lines.length > LINES ? `… and ${lines.length - LINES} more lines; -o jsonl prints all\n` : '';
    return `${premise}: ${headline}\n${table}${rest}`;
  };
  return {
    table: () =>
      [
        formatScenario(`if svcauth runs every ${durationText(everySeconds)}`, keepsRunning),
        formatScenario('if svcauth does not run again', stopsToday),
      ].join('\n'),
    json: () => ({
      kind: 'forecast',
      value: {
        at: now,
        until,
        everySeconds,
        keepsRunning: scenarioOf(keepsRunning),
        stopsToday: scenarioOf(stopsToday),
      },
    }),
    jsonl: () =>
      (['keepsRunning', 'stopsToday'] as const).flatMap(scenario =>
        described(forecast[scenario]).map(event => ({ kind: 'forecast-event', value: { scenario, ...event } })),
      ),
  };
}

const withRelative = (instant: Date, now: Date): string =>
  `${formatInstant(instant)}, ${formatRelativeTime(instant, now)}`;

/** Merges the events of services that have the same name at the same time into one line. */
function grouped(events: readonly ForecastEvent[]): readonly (readonly [ForecastEvent, ...ForecastEvent[]])[] {
  const groups = new Map<string, [ForecastEvent, ...ForecastEvent[]]>();
  for (const event of events) {
    const { at, name, kind, repairedAt, refusal } = event;
    const own = kind === 'ca' ? event.subject : '';
    const key = [at.getTime(), name, repairedAt?.getTime(), refusal, own].join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  return [...groups.values()];
}
