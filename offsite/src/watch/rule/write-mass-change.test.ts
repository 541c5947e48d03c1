import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Change } from '@bulkhead/contracts';
import { RecentWork } from './recent.rules.ts';
import { deleted, inserted, job, judge, rulesOf, sampleManifest, token, transaction, updated } from './tests/sample.ts';

const many = (count: number, make: (at: number) => Change) => Array.from({ length: count }, (_, at) => make(at + 100));
const edit = (at: number) => updated({ id: String(at), title: `Title ${at}` }, { title: `Another title ${at}` });
// No limit of its own is in the way.
const wide = { manifest: { ...sampleManifest(), repair: undefined } };
const at = (seconds: number) => ({ committedAt: new Date(Date.UTC(2026, 2, 1, 12, 0, seconds)).toISOString() });

test('[W7] more rows in one transaction than the manifest allows are a mass change, and as many as it allows are none', () => {
  const [found] = judge(many(101, edit));
  assert.equal(found?.rule, 'write.mass_change');
  assert.match(found?.summary ?? '', /101 rows in one transaction/);
  assert.deepEqual(judge(many(100, edit)), []);
  assert.deepEqual(judge(many(500, edit), { tokens: [job('job:repair', 'order-1')] }), []);
});

test('[W7] a route that imports adds as many rows in one transaction as the manifest says of it, and changes no more of those that stood than others', () => {
  const { routes, ...rest } = sampleManifest();
  const manifest = {
    ...rest,
    routes: routes.map((route) => (route.id === 'article.change' ? { ...route, massRows: 300 } : route)),
  };
  const added = (count: number) => many(count, (id) => inserted({ id: String(id), title: `Title ${id}` }));
  assert.deepEqual(judge(added(300), {}, { manifest }), []);
  assert.match(judge(added(301), {}, { manifest })[0]?.summary ?? '', /301 rows in one transaction/);
  assert.deepEqual(judge([...added(150), ...many(100, edit)], {}, { manifest }), []);
  const altered = judge([...added(150), ...many(101, edit)], {}, { manifest });
  assert.match(altered[0]?.summary ?? '', /101 rows that stood before in one import/);
  assert.doesNotMatch(altered[0]?.summary ?? '', /in one transaction|most rows/);
  const elsewhere = judge(many(101, edit), { tokens: [token({ route: 'account.roles' })] }, { manifest });
  assert.ok(rulesOf(elsewhere).includes('write.mass_change'));
});

test('[W7] many rows within a minute by one session are a mass change; as many by several, or over an hour, are none', () => {
  const runs = (secondsApart: number, sessionOf: (run: number) => string) => {
    const recent = new RecentWork();
    return Array.from({ length: 30 }, (_, run) => {
      const changes = Array.from({ length: 40 }, (_unused, place) => edit(1000 + run * 40 + place));
      const given = { ...at(run * secondsApart), tokens: [token({ sessionId: sessionOf(run) })] };
      const found = judge(changes, given, { recent: recent.before(transaction(changes, given)) });
      recent.add(transaction(changes, given), changes);
      return rulesOf(found);
    }).flat();
  };
  assert.ok(runs(1, () => 'one').includes('write.mass_change'));
  assert.deepEqual(
    runs(10, () => 'one'),
    [],
  );
  assert.deepEqual(
    runs(1, (run) => `session-${run % 4}`),
    [],
  );
});

test('[W7] editing the same rows again and again is work, not a mass change', () => {
  const recent = new RecentWork();
  for (let run = 0; run < 300; run += 1) {
    const changes = [edit(500 + (run % 5))];
    const given = at(Math.floor(run / 10));
    assert.deepEqual(judge(changes, given, { recent: recent.before(transaction(changes, given)), rowsOf: () => 20 }), []);
    recent.add(transaction(changes, given), changes);
  }
});

test('[W7] whoever goes on working on rows of their own attacks nothing that stands', () => {
  const recent = new RecentWork();
  for (let run = 0; run < 400; run += 1) {
    const id = String(5000 + Math.floor(run / 2));
    const changes = [run % 2 === 0 ? inserted({ id, title: 'a' }) : updated({ id, title: 'a' }, { title: 'b' })];
    const given = at(Math.floor(run / 20));
    assert.deepEqual(
      judge(changes, given, { ...wide, recent: recent.before(transaction(changes, given)), rowsOf: () => 210 }),
      [],
    );
    recent.add(transaction(changes, given), changes);
  }
});

test('[W7] most rows of a table changed, or a table emptied, are a mass change even below the limit', () => {
  assert.match(judge(many(160, edit), {}, { ...wide, rowsOf: () => 300 })[0]?.summary ?? '', /most rows of public\.article/);
  assert.match(judge(many(160, deleted0), {}, { ...wide, rowsOf: () => 170 })[0]?.summary ?? '', /most rows/);
  assert.deepEqual(judge(many(160, edit), {}, { ...wide, rowsOf: () => 1000 }), []);
  assert.deepEqual(
    judge(
      many(60, (id) => inserted({ id: String(id) })),
      {},
      { rowsOf: () => 100 },
    ),
    [],
  );
  const emptied: Change = { kind: 'truncate', table: 'public.article_text', before: null, after: null, unresolved: [] };
  assert.match(judge([emptied])[0]?.summary ?? '', /emptied/);
});

function deleted0(id: number): Change {
  return deleted({ id: String(id) });
}

test('[W7] a few texts that lose their order are seen far below every limit, over several transactions as well', () => {
  const scramble = (id: number) => {
    const title = createHash('sha512').update(String(id)).digest('base64');
    return updated({ id: String(id), title: 'A quite ordinary headline about safety at sea' }, { title });
  };
  const recent = new RecentWork();
  const found = many(6, scramble).map((change) => {
    const given = { tokens: [token()] };
    const judged = judge([change], given, { recent: recent.before(transaction([change], given)) });
    recent.add(transaction([change], given), [change]);
    return judged.length;
  });
  assert.deepEqual(found, [0, 0, 0, 0, 1, 1]);
});

test('[W7] a ransom note is seen in one row', () => {
  const found = judge([inserted({ id: '5', title: 'YOUR FILES HAVE BEEN ENCRYPTED', body: 'pay' })]);
  assert.deepEqual(rulesOf(found), ['write.mass_change']);
  assert.equal(found[0]?.evidence['session'], 'session-1');
});

test('[W7] a declared job may touch as many rows as it needs, but scrambles none', () => {
  const seen = (id: number) => updated({ id: String(id), at: '1' }, { at: '2' }, 'public.session');
  assert.deepEqual(judge(many(500, seen), { tokens: [job('job:sessions.seen')] }, { rowsOf: () => 500 }), []);
});
