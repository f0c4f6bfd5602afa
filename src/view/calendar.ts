// Formats events as iCalendar text, with the escaping and the line folding that RFC 5545 asks for.
// `check -o ics` calls it. It knows nothing of certificates: events come in as text and instants.
import { formatInstant } from './json.ts';
import { visible } from './visible.ts';

export interface CalendarEvent {
  /** The same for the same thing in every run, so that a calendar moves the event and adds no second one. */
  readonly uid: string;
  readonly at: Date;
  readonly summary: string;
  readonly description: string;
}

/** An iCalendar object (RFC 5545) with an event at each instant. */
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
      // it takes nobody's time
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ]
    .map(line => `${fold(line)}\r\n`)
    .join('');
}

/** DATE-TIME in UTC (§3.3.5). */
const dateTime = (instant: Date): string => formatInstant(instant).replace(/[-:]/g, '');

/** TEXT (§3.3.11); controls other than a line end cannot be written. */
const escapeText = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(line => visible(line).replace(/[\\;,]/g, '\\$&'))
    .join('\\n');

const LINE_OCTETS = 75;

/** Lines of at most 75 octets without their end (§3.1), never cut within a character. */
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
