/** The interface words of every page, in English; the other five must have the same keys to compile. */
export const en = {
  skipToContent: 'Skip to content',
  sampleLine: 'Sample estate of the Bulkhead software. This is not the website of any organisation.',
  mainNavigation: 'Main navigation',
  languages: 'Languages',
  home: 'Home',
  account: 'Account',
  signedInAs: 'Signed in as',
  signIn: 'Sign in',
  signOut: 'Sign out',
  staffArea: 'Staff area',
  timesUtc: 'All times are in UTC.',
  toTop: 'Back to top',
  onlyInEnglish: 'This text exists in English only.',
  newer: 'Newer',
  older: 'Older',
  pages: 'Pages',
  page: 'Page {number} of {count}',
  required: 'required',
  optional: 'optional',
  faultsFound: 'Please correct the following',
  notSaved: 'Nothing has been saved yet. What you typed is still below.',
  save: 'Save',
  cancel: 'Cancel',
  back: 'Back',
  close: 'Close',
  yes: 'Yes',
  no: 'No',
} as const satisfies Record<string, string>;

export type WordKey = keyof typeof en;
export type Words = Readonly<Record<WordKey, string>>;
