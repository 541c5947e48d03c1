import { fillIn } from '@bulkhead/web';
import type { WordKey, Words } from '#words/words.ts';
import type { DraftFault } from './draft-form.rules.ts';

const FAULT_WORDS: Readonly<Partial<Record<DraftFault['what'], WordKey>>> = {
  'slug-form': 'faultSlugForm',
  reserved: 'faultReserved',
  'english-title': 'faultEnglishTitle',
  link: 'faultLinkForm',
  tree: 'faultTree',
  unshowable: 'faultUnshowable',
  'time-form': 'faultTimeForm',
  'time-skipped': 'faultTimeSkipped',
  'time-twice': 'faultTimeTwice',
  zone: 'faultZone',
  'ends-before': 'faultEndsBefore',
  symbol: 'faultSymbol',
  'too-many': 'faultTooMany',
  path: 'faultPath',
  href: 'faultHref',
  contact: 'faultContact',
  redirect: 'faultRedirect',
  block: 'faultBlock',
};

/** A fault in the words of a person. */
export function tellDraftFault(fault: DraftFault, words: Words): string {
  const key = FAULT_WORDS[fault.what] ?? 'faultTooManyBlocks';
  return fillIn(words[key], { href: fault.href ?? '', text: fault.text ?? '' });
}
