// Formats events as iCalendar text, with the escaping and the line folding of RFC 5545.
// `check -o ics` calls it. It knows nothing of certificates: an event has a text and a time.
import { formatInstant } from './json.ts';
import { visible } from './visible.ts';

export interface CalendarEvent {
  /** Identifier that is the same in every run, so a calendar moves the event instead of adding a second one. */
  readonly uid: string;
  readonly at: Date;
  readonly summary: string;
  readonly description: string;
}

/** Formats an iCalendar object (RFC 5545) with an event at each instant. */
export function formatCalendar(name: string, events: readonly CalendarEvent[], now: Date): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//svcauth//check//EN',
    `X-WR-CALNAME:${escapeText(name)}`,
    ...events.flatMap(({ uid, at, summary, description }) => [
      'BEGIN:VEVENT',
      `UID:${escapeText(uid)}`,
      `DTSTAMP:${dateTime(now)}`,
      `DTSTART:${dateTime(at)}`,
      `SUMMARY:${escapeText(summary)}`,
      `DESCRIPTION:${escapeText(description)}`,
      // the event does not block time in the calendar
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ]
    .map(line => `${fold(line)}\r\n`)
    .join('');
}

/** Writes a DATE-TIME in UTC (§3.3.5). */
const dateTime = (instant: Date): string => formatInstant(instant).replace(/[-:]/g, '');

/** Writes a TEXT (§3.3.11); it cannot contain control characters except a line end. */
const escapeText = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(line => visible(line).replace(/[\\;,]/g, '\\$&'))
    .join('\\n');

const LINE_OCTETS = 75;

/** Folds a line into parts of at most 75 octets without their line end (§3.1), never within a character. */
function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const length = Buffer.byteLength(character);
    if (octets + length > LINE_OCTETS) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += length;
  }
  return folded;
}
