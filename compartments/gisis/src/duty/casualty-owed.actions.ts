import { formatDay, formatNumber } from '@bulkhead/web';
import { askedAmong, type Overview } from '#overview/overview.rules.ts';
import { overviewWords } from '#overview/overview.words.ts';
import { text } from '#overview/sheet.rules.ts';
import { nameCountry } from '#state/country.rules.ts';
import { dutyTitle } from '#workflow/reminder.rules.ts';
import { owedOf } from './casualty-owed.rules.ts';
import { comparePlaces, daysBetween } from './duty.rules.ts';
import { listVerySerious } from './duty.store.ts';
import { dutyWords } from './duty.words.ts';

/** What each State owes of very serious casualties: for everybody, as the casualties are. */
export const owedOfCasualties: Overview = {
  module: 'casualty',
  page: 'owed',
  read: async ({ db, now }, { module, params, visit: { language } }) => {
    const words = { ...overviewWords(language), ...dutyWords(language) };
    const today = now().toISOString().slice(0, 10);
    const casualties = await listVerySerious(db, null);
    const titles = new Map(casualties.map(({ reference, title }) => [reference, title]));
    const all = owedOf(casualties, today).toSorted(comparePlaces);
    const states = [...new Set(all.map(({ owedBy }) => owedBy))];
    const state = askedAmong(params, 'state', states);
    const options = states
      .map((value) => ({ value, text: nameCountry(value, language) }))
      .toSorted((a, b) => a.text.localeCompare(b.text, language));
    const day = (iso: string) => text(formatDay(new Date(`${iso}T00:00:00Z`), language));
    const shown = all.filter(({ owedBy }) => state === null || owedBy === state);
    return {
      controls: [
        {
          name: 'state',
          label: words.state,
          shape: 'pick',
          value: state ?? '',
          options: [{ value: '', text: words.all }, ...options],
        },
      ],
      sheet: {
        caption: module.say('Investigations and reports owed', language),
        columns: [
          module.say(module.record.one, language),
          words.state,
          words.owed,
          words.since,
          words.due,
          words.overdueDays,
        ].map((title) => text(title)),
        rows: shown.map(({ reference, owedBy, duty, since, due }) => ({
          head: text(titles.get(reference) ?? reference, `/casualty/${encodeURIComponent(reference)}`),
          cells: [
            text(nameCountry(owedBy, language), `/states/${owedBy}/owed`),
            text(module.say(dutyTitle(module, duty), language)),
            day(since),
            day(due),
            { text: due < today ? formatNumber(daysBetween(due, today), language) : '', isNumber: true },
          ],
        })),
        notes: [],
        lines: [
          ['reference', 'state', 'owed', 'since', 'due', 'overdue_days'],
          ...shown.map(({ reference, owedBy, duty, since, due }) => [
            reference,
            owedBy,
            duty,
            since,
            due,
            String(Math.max(0, daysBetween(due, today))),
          ]),
        ],
      },
    };
  },
};
