import type { Language } from '@bulkhead/contracts';

/** Latin digits in every language: an instant is also read aloud, compared and copied into other systems. */
const LOCALES: Readonly<Record<Language, string>> = {
  ar: 'ar-u-nu-latn-ca-gregory',
  zh: 'zh-Hans-u-ca-gregory',
  en: 'en-GB-u-ca-gregory',
  fr: 'fr-FR-u-ca-gregory',
  ru: 'ru-RU-u-ca-gregory',
  es: 'es-ES-u-ca-gregory',
};

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' };
const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' };
const EASTERN = new Intl.DateTimeFormat('ar-SY-u-ca-gregory', { month: 'long', timeZone: 'UTC' });
const WESTERN = new Intl.DateTimeFormat('ar-EG-u-ca-gregory', { month: 'long', timeZone: 'UTC' });
const formats = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<Language, Intl.NumberFormat>();

function formatOf(language: Language, options: Intl.DateTimeFormatOptions, name: string): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], options);
  formats.set(key, format);
  return format;
}

/** A day in words, such as "2 October 2020". The day is that of UTC. */
export function formatDay(instant: Date, language: Language): string {
  if (language !== 'ar') return formatOf(language, DAY, 'day').format(instant);
  // Arabic names the month twice, as readers east and west of Egypt know different names.
  return `${instant.getUTCDate()} ${EASTERN.format(instant)}/${WESTERN.format(instant)} ${instant.getUTCFullYear()}`;
}

/** A day and time with its zone, such as "2 October 2020, 11:46 UTC". */
export function formatMoment(instant: Date, language: Language): string {
  const comma = language === 'ar' ? '،' : language === 'zh' ? '' : ',';
  const time = formatOf(language, TIME, 'time').format(instant);
  return `${formatDay(instant, language)}${comma} ${time}\u00a0UTC`;
}

/** A whole number with the language's grouping. */
export function formatNumber(value: number, language: Language): string {
  const format = numbers.get(language) ?? new Intl.NumberFormat(LOCALES[language]);
  numbers.set(language, format);
  return format.format(value);
}
