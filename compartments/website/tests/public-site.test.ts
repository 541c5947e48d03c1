import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { type Evidence, LANGUAGES, type RenderedFile, type RenderRow } from '@bulkhead/contracts';
import { HtmlValidate } from 'html-validate';
import { calendarOf } from '#site/calendar.rules.ts';
import { SiteRenderer } from '#site/site-renderer.ts';
import { approvedRows, makeContent, makeText, type Row, withdrawalRow } from './published-rows.ts';
import { sampleSite } from './sample-site.ts';

const HOST = { organisation: 'Sample Maritime Organization', isSample: true, publicOrigin: 'http://www.localhost:8400' };
const AT = new Date('2026-03-02T09:00:00.000Z');
const NOW = new Date('2026-04-01T09:00:00.000Z');
const sample = await sampleSite(AT);

function renderAll(rows: Iterable<RenderRow>, now: Date): Map<string, RenderedFile> {
  const renderer = new SiteRenderer(HOST);
  for (const row of rows) renderer.take(row);
  return new Map([...renderer.render(now)].flatMap((file) => ('gone' in file ? [] : [[file.path, file] as const])));
}

function textOf(file: RenderedFile): string {
  return 'base64' in file.body ? Buffer.from(file.body.base64, 'base64').toString('utf8') : '';
}

const files = renderAll(sample.rows, NOW);
const pages = [...files.values()].filter(({ headers }) => headers['content-type']?.startsWith('text/html'));

test('every public page is valid HTML, in six languages', async () => {
  const validate = new HtmlValidate({
    extends: ['html-validate:standard', 'html-validate:a11y'],
    rules: {
      'void-style': ['error', { style: 'omit' }],
      'long-title': 'off',
      'no-trailing-whitespace': 'off',
      'no-redundant-role': 'off',
      'prefer-native-element': 'off',
      'no-implicit-button-type': 'error',
      'attribute-boolean-style': 'off',
      'no-inline-style': 'error',
      'unique-landmark': 'off',
    },
  });
  for (const page of pages) {
    const report = await validate.validateString(textOf(page), page.path);
    const faults = report.results.flatMap(({ messages }) =>
      messages.map(({ ruleId, message, line }) => `${page.path}:${line} ${ruleId} ${message}`),
    );
    assert.deepEqual(faults, []);
  }
});

test('every link and every asset of a page leads to a file of the edition, or to the search', () => {
  const missing = new Set<string>();
  for (const page of pages) {
    const text = textOf(page);
    const own = [...text.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map(([, href = '']) => href);
    const sets = [...text.matchAll(/srcset="([^"]*)"/g)].flatMap(([, set = '']) =>
      set.split(', ').map((one) => one.split(' ')[0] ?? ''),
    );
    const meta = [...text.matchAll(/(?:href|content)="http:\/\/www\.localhost:8400(\/[^"]*)"/g)].map(([, path = '']) => path);
    for (const href of [...own, ...sets, ...meta]) {
      const path = href.replace(/[?#].*$/, '');
      if (!files.has(path) && !/^\/[a-z]{2}\/search$/.test(path)) missing.add(`${page.path} → ${path}`);
    }
  }
  assert.deepEqual([...missing], []);
  for (const { status, headers } of files.values())
    if (status === 301) assert.ok(files.has(headers['location'] ?? ''), headers['location']);
});

test('a home page weighs at most 100 kB over the wire, with its stylesheet and pictures, and runs no script', () => {
  for (const language of LANGUAGES) {
    const home = files.get(`/${language}/`);
    assert.ok(home);
    const text = textOf(home);
    assert.doesNotMatch(text, /<script(?! type="application\/ld\+json")/);
    const parts = new Set([...text.matchAll(/(?:<link rel="stylesheet" href|srcset)="([^"]*)"/g)].map(([, value = '']) => value));
    // The widest picture of each first format that is offered, as a browser on a large screen would take.
    const wanted = [...parts]
      .filter((part) => !part.includes('.webp'))
      .map((part) => part.split(', ').at(-1)?.split(' ')[0] ?? '');
    const weigh = (file: RenderedFile | undefined) => {
      if (!file) return 0;
      if ('blob' in file.body) return sample.blobs.get(file.body.blob)?.length ?? Number.NaN;
      return brotliCompressSync(Buffer.from(file.body.base64, 'base64')).length;
    };
    const bytes = weigh(home) + wanted.reduce((sum, path) => sum + weigh(files.get(path)), 0);
    assert.ok(bytes <= 100_000, `${language}: ${bytes} bytes`);
  }
});

test('security.txt says whom to tell and when it ends; robots.txt names the sitemap', () => {
  const security = files.get('/.well-known/security.txt');
  assert.ok(security);
  assert.match(textOf(security), /^Contact: mailto:security@example\.org$/m);
  const expires = /^Expires: (.+)$/m.exec(textOf(security))?.[1] ?? '';
  assert.ok(Date.parse(expires) > NOW.getTime() && Date.parse(expires) < NOW.getTime() + 365 * 86_400_000);
  assert.match(textOf(files.get('/robots.txt') ?? assert.fail()), /^Sitemap: http:\/\/www\.localhost:8400\/sitemap\.xml$/m);
});

test('feeds of a topic, calendars and data for machines tell the same as the pages', () => {
  const atom = textOf(files.get('/fr/topics/rescue-at-sea.atom') ?? assert.fail());
  assert.ok(atom.includes('<title>Actualités : Recherche et sauvetage</title>'));
  const json: unknown = JSON.parse(textOf(files.get('/zh/topics/rescue-at-sea.json') ?? assert.fail()));
  assert.ok(
    typeof json === 'object' && json !== null && 'version' in json && json.version === 'https://jsonfeed.org/version/1.1',
  );
  const calendar = textOf(files.get('/ar/events.ics') ?? assert.fail());
  assert.ok(calendar.includes('DTSTART:20260427T083000Z\r\n'));
  for (const line of calendar.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
  const event = textOf(files.get('/en/events/legal-committee-114') ?? assert.fail());
  const data: unknown = JSON.parse(/<script type="application\/ld\+json">([^<]*)<\/script>/.exec(event)?.[1] ?? '');
  assert.ok(typeof data === 'object' && data !== null && 'startDate' in data && data.startDate === '2026-04-27T08:30:00.000Z');
  assert.ok(event.includes('09:30') && event.includes('Europe/London') && event.includes('08:30&#39;') === false);
});

test('what a title holds cannot break out of a calendar or of data for machines', async () => {
  const title = 'A, b; c\\ </script><script>alert(1)</script>';
  const content = makeContent(
    {
      kind: 'event',
      slug: 'odd',
      details: { event: { startsAt: AT.toISOString(), endsAt: AT.toISOString(), zone: 'UTC', online: '' } },
    },
    { en: makeText(title) },
  );
  const odd = renderAll(await approvedRows(7, 1, content, AT), NOW);
  assert.doesNotMatch(textOf(odd.get('/en/events/odd') ?? assert.fail()), /<script>alert/);
  assert.ok(textOf(odd.get('/en/events.ics') ?? assert.fail()).includes('SUMMARY:A\\, b\\; c\\\\ </script>'));
  assert.equal(calendarOf(HOST, 'en', 'x', []).startsWith('BEGIN:VCALENDAR\r\n'), true);
});

test('an article comes with its time, an event goes when it is over, and the renderer says when it is to be asked again', async () => {
  const at = new Date('2026-04-20T08:00:00.000Z');
  const renderer = new SiteRenderer(HOST);
  for (const row of await approvedRows(1, 1, makeContent({ publishing: { at, zone: 'UTC' } }), AT)) renderer.take(row);
  const before = [...renderer.render(NOW)];
  assert.ok(!before.some((file) => 'path' in file && file.path === '/en/news/first-light'));
  assert.equal(renderer.nextAt?.toISOString(), at.toISOString());
  const after = [...renderer.render(at)].flatMap((file) => ('path' in file ? [file.path] : []));
  assert.ok(after.includes('/en/news/first-light') && !after.includes('/en/about'));
});

test('[E12] what changes round by round is what would be rendered anew from the rows, over random changes', async () => {
  const renderer = new SiteRenderer(HOST);
  const rows = new Map<string, Row>();
  const shown = new Map<string, string>();
  let seed = 20_260_302;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const keyOf = ({ table, row }: Row) =>
    [
      table,
      row['article_id'],
      row['number'] ?? row['version_number'],
      row['language'],
      row['sha256'] ?? row['picture_sha256'],
      row['media_type'],
      row['width'],
    ].join(' ');
  const put = (row: Row) => {
    const before = rows.get(keyOf(row));
    if (before && JSON.stringify(before) === JSON.stringify(row)) return;
    if (before) renderer.take({ ...before, gone: true });
    renderer.take(row);
    rows.set(keyOf(row), row);
  };
  for (const row of sample.rows) put(row);
  const last = new Map<number, { number: number; content: ReturnType<typeof makeContent>; withdrawn: boolean }>();
  const kinds = ['news', 'statement', 'event', 'topic', 'section', 'page', 'home', 'contact'] as const;
  for (let round = 0; round < 12; round += 1) {
    const now = new Date(NOW.getTime() + round * 5 * 86_400_000);
    for (let change = 0; change <= random(3); change += 1) {
      const id = 1000 + random(12);
      const known = last.get(id);
      if (known && !known.withdrawn && random(5) === 0) {
        put(await withdrawalRow(id, known.number, known.content, { en: 'Gone.' }, now));
        last.set(id, { ...known, withdrawn: true });
        continue;
      }
      const kind = known?.content.kind ?? kinds[random(kinds.length)] ?? 'news';
      const day = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString();
      const content = makeContent(
        {
          kind,
          slug: random(4) === 0 ? `moved-${id}-${round}` : `random-${id}`,
          subjects: { topics: random(2) === 0 ? [201] : [], bodies: [], contacts: [], symbols: [] },
          publishing: random(4) === 0 ? { at: new Date(now.getTime() + random(20) * 86_400_000), zone: 'UTC' } : null,
          details:
            kind === 'event'
              ? { event: { startsAt: day(random(60)), endsAt: day(60 + random(60)), zone: 'Europe/Paris', online: '' } }
              : kind === 'contact'
                ? { contact: { email: 'a@example.org', phone: '', href: '' } }
                : {},
        },
        { en: makeText(`Title ${round}`), ...(random(2) === 0 ? { ar: makeText(`عنوان ${round}`) } : {}) },
      );
      const number = (known?.number ?? 0) + 1;
      for (const row of await approvedRows(id, number, content, now)) put(row);
      last.set(id, { number, content, withdrawn: false });
    }
    for (const file of renderer.render(now)) {
      if ('gone' in file) shown.delete(file.gone);
      else shown.set(file.path, describe(file));
    }
    const whole = new Map([...renderAll(rows.values(), now)].map(([path, file]) => [path, describe(file)]));
    assert.deepEqual([...shown.keys()].toSorted(), [...whole.keys()].toSorted(), `round ${round}`);
    for (const [path, told] of whole) assert.equal(shown.get(path), told, `round ${round}: ${path}`);
    assert.equal(renderer.files, whole.size);
  }
});

function describe(file: RenderedFile): string {
  const evidence = file.evidence.map(({ what, digest }: Evidence) => `${what} ${digest}`).toSorted();
  return JSON.stringify({ ...file, evidence });
}
