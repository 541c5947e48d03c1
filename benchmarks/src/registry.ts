import { request } from 'node:http';
import { Client, type ClientConfig } from 'pg';
import type { Asked } from './options.ts';
import { type RegistryProcess, startRegistry } from './registry-process.ts';
import { fillRegistry, QUICK, type Size, shipNumber, WHOLE } from './registry-rows.ts';
import { alone, makeRow, percentile, type Row } from './row.ts';

const SEARCHES = 300;
const LISTS = 300;
const WARM_UP = 10;
const PAGE = 26;
const MOST_COUNTED = 10_000;
const SEARCH_GOAL = { text: '≤ 1.3', isMet: (ratio: number) => ratio <= 1.3 };
const EXPORT_GOAL = { text: '≥ 0.6', isMet: (ratio: number) => ratio >= 0.6 };
const LIST_GOAL_MS = 50;

/**
 * The registry with a million ships: searches beside the same statements by hand, pages of lists, and an export of all ships beside
 * `COPY … TO STDOUT` of the same columns. Times are those of whoever asks the process at its socket.
 */
export async function measureRegistry({ isQuick }: Asked): Promise<readonly Row[]> {
  const size = isQuick ? QUICK : WHOLE;
  const registry = await startRegistry((admin) => fillRegistry(admin, size));
  const byHand = await connect(registry.connection);
  try {
    return [
      ...(await measureSearches(registry, byHand, size)),
      await measureLists(registry, size),
      await measureExport(registry, byHand, size),
    ];
  } finally {
    await byHand.end();
    await registry.stop();
  }
}

async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client(config);
  await client.connect();
  return client;
}

/** What people type: whole names, part of one, a misspelt one, several words, numbers, call signs. */
function listTerms({ ships }: Size): string[] {
  const first = ['Amber', 'Coral', 'Kestrel', 'Zephyr', 'Nordic'];
  const second = ['Albatross', 'Meridian', 'Pioneer', 'Voyager', 'Queen'];
  return Array.from({ length: SEARCHES }, (_, at) => {
    const [one = '', other = ''] = [first[at % first.length], second[Math.floor(at / 5) % second.length]];
    const nth = (at * 7919) % ships;
    return (
      [
        `${one} ${other} ${nth % 997}`,
        `${other} ${one}`,
        `${one.slice(0, -1)}${other}x ${nth % 997}`,
        shipNumber(nth),
        `C${String(nth).padStart(7, '0')}`,
        `${one} ${other} Hope`,
      ][at % 6] ?? one
    );
  });
}

/** What the registry asks for one search, in its order. */
const BY_HAND = {
  fold: 'select registry_fold($1) as folded',
  page: (
    where: string,
    rank: string,
  ) => `select id, reference, state, revision, created_at, changed_at, source, is_sample, former_names, imo_number, name, flag,
    port_of_registry, call_sign, mmsi, type, status, gross_tonnage, net_tonnage, deadweight, length, built, delivered_on, registered_owner,
    company, recognized_organization, ice_class, false_flag_since, un_measures, un_source
    from ship where ${where} order by ${rank} desc, id desc limit ${PAGE}`,
  counts: (
    where: string,
  ) => `with matched as materialized (select flag, type, status, state from ship where ${where} limit ${MOST_COUNTED + 1}),
    total as materialized (select count(*)::int as count from matched)
    select '' as field, '' as value, count from total
    union all select 'flag', flag, count(*)::int from matched where (select count from total) <= ${MOST_COUNTED} group by 2
    union all select 'type', type, count(*)::int from matched where (select count from total) <= ${MOST_COUNTED} group by 2
    union all select 'status', status, count(*)::int from matched where (select count from total) <= ${MOST_COUNTED} group by 2
    union all select 'state', state, count(*)::int from matched where (select count from total) <= ${MOST_COUNTED} group by 2`,
};

async function searchByHand(client: Client, term: string): Promise<void> {
  const folded = String((await client.query<{ folded: string }>(BY_HAND.fold, [term])).rows[0]?.folded);
  const words = folded.split(' ');
  const values = [folded, ...words.flatMap((word) => [`%${word}%`, word])];
  const tests = words.map((_, at) => `(search_text like $${at * 2 + 2} or $${at * 2 + 3} <% search_text)`);
  const where = `id > 0 and state <> all('{withdrawn,removed}') and ((${tests.join(' and ')}) or search_prose @@ plainto_tsquery('simple', $1))`;
  const has = words.map((_, at) => `search_text like $${at * 2 + 2}`).join(' and ');
  const whole = words
    .map((word) => `case when ' ' || search_text || ' ' like '% ${word} %' then 1::real else 0.8::real end`)
    .join(' + ');
  const rank = `(case when ${has} then (${whole}) / ${words.length}::real + ${folded.length}::real / octet_length(search_text)::real
    when search_prose @@ plainto_tsquery('simple', $1) then 0.5::real else word_similarity($1, search_text) + similarity($1, search_text) end)`;
  await client.query(BY_HAND.page(where, rank), values);
  await client.query(BY_HAND.counts(where), values);
}

async function measureSearches({ gateway }: RegistryProcess, byHand: Client, size: Size): Promise<Row[]> {
  const terms = listTerms(size);
  const ours: number[] = [];
  const hand: number[] = [];
  for (const [at, term] of [...terms.slice(0, WARM_UP), ...terms].entries()) {
    const [own, other] = [() => read(gateway, `/api/ship?q=${encodeURIComponent(term)}`), () => searchByHand(byHand, term)];
    // Whoever comes second finds the pages in memory: they take turns.
    const [first, second] = at % 2 === 0 ? [own, other] : [other, own];
    const [one, two] = [await timeMs(first), await timeMs(second)];
    if (at < WARM_UP) continue;
    ours.push(at % 2 === 0 ? one : two);
    hand.push(at % 2 === 0 ? two : one);
  }
  return [0.5, 0.95, 0.99].map((share) =>
    makeRow({
      work: `search among ${size.ships} ships, p${share * 100}`,
      unit: 'ms',
      ours: percentile(ours, share),
      beside: { name: 'the same SQL by hand', version: 'PostgreSQL 18', value: percentile(hand, share) },
      goal: share === 0.5 ? null : SEARCH_GOAL,
    }),
  );
}

/** Pages as people open them: each order, narrowed, and on from page to page. */
async function measureLists({ gateway }: RegistryProcess, size: Size): Promise<Row> {
  const begun = [
    '/ship',
    '/ship?flag=PAN',
    '/ship?sort=-gross_tonnage',
    '/ship?type=tug&flag=KEN',
    '/ship?sort=imo_number',
    '/company',
    '/company?country=NOR',
    '/maritime-security?country=KEN',
    '/piracy',
    '/piracy?act=hijacked&area=red-sea',
    '/piracy?sort=-happened_at',
  ];
  const times: number[] = [];
  const waiting = [...begun];
  for (let at = 0; at < LISTS + WARM_UP; at += 1) {
    const path = waiting.shift() ?? begun[at % begun.length] ?? '/ship';
    let text = '';
    const tookMs = await timeMs(async () => {
      text = await read(gateway, path);
    });
    if (at >= WARM_UP) times.push(tookMs);
    const next = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    waiting.push(next ?? begun[at % begun.length] ?? '/ship');
  }
  return alone({
    work: `a page of a list, ${size.ships} ships, p95`,
    unit: 'ms',
    ours: percentile(times, 0.95),
    limit: LIST_GOAL_MS,
    goal: `≤ ${LIST_GOAL_MS} ms`,
  });
}

async function measureExport(registry: RegistryProcess, byHand: Client, { ships }: Size): Promise<Row> {
  const copy = `copy (select reference, state, revision, changed_at, is_sample, imo_number, name, flag, port_of_registry, call_sign, mmsi, type,
    status, gross_tonnage, net_tonnage, deadweight, length, built, delivered_on, registered_owner, company, recognized_organization, ice_class,
    false_flag_since, un_measures, un_source from ship where id > 0 order by id) to stdout with (format csv, header)`;
  const [own, beside]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 3; turn += 1) {
    own.push(await timeMs(() => readExport(registry, '/ship/export.csv', ships)));
    beside.push(await timeMs(() => byHand.query(copy)));
  }
  const perSecond = (times: readonly number[]) => (ships / percentile(times, 0.5)) * 1000;
  return makeRow({
    work: `export of ${ships} ships as CSV`,
    unit: 'rows/s',
    ours: perSecond(own),
    beside: { name: 'COPY … TO STDOUT', version: 'PostgreSQL 18', value: perSecond(beside) },
    goal: EXPORT_GOAL,
  });
}

/** Reads an export to its end as it comes, and counts its records. */
async function readExport({ gateway, socket }: RegistryProcess, path: string, wanted: number): Promise<void> {
  const token = await gateway.mint({ path });
  const headers = { host: 'gisis.localhost:8400', 'bulkhead-token': token };
  const lines = await new Promise<number>((resolve, reject) => {
    const asked = request({ socketPath: socket, path, headers, agent: false }, (reply) => {
      let count = -1;
      reply.on('data', (chunk: Buffer) => {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
      });
      reply.once('error', reject);
      reply.once('end', () => resolve(count));
    });
    asked.once('error', reject);
    asked.end();
  });
  if (lines !== wanted) throw new Error(`the export has ${lines} records, and there are ${wanted}`);
}

async function read(gateway: RegistryProcess['gateway'], path: string): Promise<string> {
  const { status, text } = await gateway.ask({ path });
  if (status === 200) return text;
  throw new Error(`the registry answered ${path} with ${status}: ${text.slice(0, 300)}`);
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now();
  await work();
  return performance.now() - begunMs;
}
