import type { Language } from '@bulkhead/contracts';
import { fillIn, formatMoment, type Html, html } from '@bulkhead/web';
import type { EventTimes } from '#article/details.rules.ts';
import { publicWords } from '#words/public.ts';

/** Latin digits in every language, as on all pages. */
const LOCALES: Readonly<Record<Language, string>> = {
  ar: 'ar-u-nu-latn-ca-gregory',
  zh: 'zh-Hans-u-ca-gregory',
  en: 'en-GB-u-ca-gregory',
  fr: 'fr-FR-u-ca-gregory',
  ru: 'ru-RU-u-ca-gregory',
  es: 'es-ES-u-ca-gregory',
};
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: Language, zone: string, kind: 'day' | 'moment'): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${kind}`;
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long', year: 'numeric', timeZone: zone };
  const time: Intl.DateTimeFormatOptions = { weekday: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const format = formats.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], kind === 'day' ? day : { ...day, ...time });
  formats.set(key, format);
  return format;
}

/** The days of an event, in its own zone: `4–8 May 2026`. */
export function eventDateView({ startsAt, endsAt, zone }: EventTimes, language: Language): Html {
  const text = formatOf(language, zone, 'day').formatRange(new Date(startsAt), new Date(endsAt));
  return html`<time datetime="${new Date(startsAt).toISOString()}">${text}</time>`;
}

/** When an event begins and ends, as the clocks there show it, and in UTC. */
export function eventTimesView({ startsAt, endsAt, zone }: EventTimes, language: Language): Html {
  const words = publicWords(language);
  const [from, to] = [new Date(startsAt), new Date(endsAt)];
  const local = fillIn(words.localTime, { time: formatOf(language, zone, 'moment').formatRange(from, to), zone: zoneName(zone) });
  const utc =
    from.getTime() === to.getTime()
      ? formatMoment(from, language)
      : `${formatMoment(from, language)} – ${formatMoment(to, language)}`;
  return html`<time datetime="${from.toISOString()}">${local}</time>${zone === 'UTC' ? null : html`<br><span class="quiet">${utc}</span>`}`;
}

function zoneName(zone: string): string {
  return zone.replaceAll('_', ' ');
}
