import { LANGUAGES } from '@bulkhead/contracts';
import { approvedRows, gatewayKey, makeContent, makeText, TITLES } from './published-rows.ts';

// For measurements: `print-rows.ts ARTICLES` writes the key of their approvals on the first line, and then a line for each
// article with its rows as PostgreSQL takes them. The articles stand over ten years; each has six languages, hence six pages.

const articles = Number(process.argv[2] ?? '1');
const YEARS_MS = 315_360_000_000;
const SENTENCE = 'Ships call at the port by day and by night, and the light on the cape shows them the way in. ';

function textsOf(id: number) {
  const body = `${SENTENCE.repeat(6)}\n\n## Where\n\n- on the cape\n- at the pier\n\n${SENTENCE.repeat(6)}`;
  return Object.fromEntries(LANGUAGES.map((language) => [language, makeText(`${TITLES[language]} ${id}`, { body })]));
}

/** What the newsroom writes besides, and the public pages do not show. */
function completed(table: string, row: Record<string, unknown>, at: string): Record<string, unknown> {
  if (table !== 'article_version') return row;
  return {
    ...row,
    created_by: 'editor',
    created_by_name: 'editor',
    created_at: at,
    changed_by: 'editor',
    changed_by_name: 'editor',
    changed_at: at,
    submitted_by: 'editor',
    submitted_by_name: 'editor',
    submitted_at: at,
    decided_by: 'reviewer',
    decided_by_name: 'reviewer',
    decided_at: at,
  };
}

function write(line: unknown): Promise<void> | undefined {
  if (process.stdout.write(`${JSON.stringify(line)}\n`)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

const now = Date.now();
await write({ key: gatewayKey.verifying });
for (let id = 1; id <= articles; id += 1) {
  const at = new Date(now - YEARS_MS + Math.floor((id / articles) * (YEARS_MS - 60_000)));
  const rows = await approvedRows(id, 1, makeContent({ slug: `article-${id}` }, textsOf(id)), at);
  await write(rows.map(({ table, row }) => ({ table, row: completed(table, row, at.toISOString()) })));
}
