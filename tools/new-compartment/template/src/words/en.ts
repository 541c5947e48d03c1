/** The compartment's own words, in English; the other five must have the same keys to compile. */
export const en = {
  entries: 'Entries',
  newEntry: 'New entry',
  noEntries: 'There is no entry yet.',
  title: 'Title',
  body: 'Text',
  byWhom: 'by {name}',
  added: 'The entry is saved.',
  saysNothing: 'Write at least one letter or digit.',
  readOnly: 'Entries can be read but not added just now. The status page tells more.',
} as const satisfies Record<string, string>;

export type WordKey = keyof typeof en;
export type Words = Readonly<Record<WordKey, string>>;
