import { accept, refuse } from './fault.rules.ts';
import { line } from './filter.rules.ts';
import { singleColumn, unpackText } from './single-column.rules.ts';
import type { Meaning, Reading } from './value.rules.ts';

const MOST = 1000;

/** A whole https address, without a name or password in it. */
export function linkMeaning(): Meaning<string> {
  return singleColumn<string>({
    type: 'text',
    check: (column) => `${column} ~ '^https://' and char_length(${column}) <= ${MOST}`,
    control: line(MOST, { isCode: true, inputMode: 'url', example: 'https://www.example.org/report' }),
    form: 'linkForm',
    parse,
    unpack: unpackText,
    schema: { type: 'string', format: 'uri', maxLength: MOST },
    isSorted: false,
  });
}

function parse(text: string): Reading<string> {
  if (!URL.canParse(text) || /\s/u.test(text)) return refuse('linkForm');
  const { protocol, hostname, pathname, username, password, href } = new URL(text);
  if (protocol === 'http:') return refuse('linkForm', {}, [text.replace(/^http:/i, 'https:')]);
  const isPlain = protocol === 'https:' && username === '' && password === '' && /\.[a-z0-9-]{2,}$/i.test(hostname);
  if (!isPlain || !pathname.startsWith('/')) return refuse('linkForm');
  return href.length > MOST ? refuse('tooLong', { most: MOST }) : accept(href);
}
