import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { identifyProcess } from '@bulkhead/supervision';
import { type EstateProcess, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { signIn, Visitor } from '@bulkhead/visitor';
import { accountWith } from '#newsroom.ts';
import { layNoticeBoard } from '#notice-board.ts';
import { approve, askForRestore, findRecovery, openAgain, untilRecovery } from '#recovery.ts';
import { askDesk, askSite, killHard, noteOf, originOf, untilAllIsWell } from '#sites.ts';

const LIBRARY = new URL('../examples/lending-library/bulkhead.json', import.meta.url).pathname;
const NAME = 'lending-library';

suite('an estate that adopted two applications', () => {
  let estate: EstateProcess;
  let board: Awaited<ReturnType<typeof layNoticeBoard>>;
  const visitor = new Visitor({ address: '127.0.0.1' });
  const stranger = new Visitor({ address: '127.0.0.1' });

  before(async () => {
    board = await layNoticeBoard();
    estate = await startEstateProcess({
      BULKHEAD_LEASE_SECONDS: '5',
      BULKHEAD_ADOPTED: `${LIBRARY},${board.manifest}`,
    });
    await untilAllIsWell(estate);
  });
  after(async () => {
    visitor.leave();
    stranger.leave();
    await estate?.remove();
    await board?.remove();
  });

  const library = (path: string, form?: Record<string, string>) =>
    visitor.visit(`${originOf(estate, 'library')}${path}`, form ? { form } : {});
  const processOf = async (name: string) => (await askSite(estate, 'headquarters')).processes.find((one) => one.name === name);
  const stateOf = async (name: string) =>
    (await askSite(estate, 'headquarters')).compartments.find((one) => one.name === name)?.state;
  const copyPath = (name: string) => join(estate.description.data, 'headquarters/gateway/editions', name, 'manifest.json');
  const hasCopy = (name: string) => existsSync(copyPath(name));
  const copyOf = (name: string) => readFile(copyPath(name), 'utf8');

  /** Somebody signs in to the newsroom with each of three browsers, one right after the other. */
  async function signInThrice(): Promise<number[]> {
    const account = accountWith(estate, 'website', 'editor');
    const statuses: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const browser = new Visitor({ address: '127.0.0.1' });
      statuses.push((await signIn(browser, `${originOf(estate, 'newsroom')}/`, account, () => new Date())).status);
      browser.leave();
    }
    return statuses;
  }
  let signedIn: Promise<number[]>;

  async function seal(name: string): Promise<void> {
    const { code, out, err } = await estate.run('seal', name, '--reason', 'a test');
    assert.equal(code, 0, out + err);
    await waitUntil(async () => (await stateOf(name)) === 'sealed', { what: `${name} is sealed` });
  }

  test('[AD1] its manifest alone puts an application in our care: it makes its own tables, people sign in and write as ever', async () => {
    const source = await Promise.all(
      ['server.js', 'database.js', 'accounts.js', 'pages.js'].map((name) => readFile(join(LIBRARY, '../src', name), 'utf8')),
    );
    assert.doesNotMatch(source.join(''), /bulkhead/i, 'it knows nothing of us');
    const joined = await library('/sign-in', { name: 'Ann', password: 'a long password', what: 'join' });
    assert.match(joined.text, /Add a book/, 'the first member is the librarian');
    assert.match(visitor.cookiesFor(new URL(originOf(estate, 'library')).host), /^library_session=/);
    const added = await library('/books', { title: 'Sealed Rooms', author: 'E. Hatch', summary: 'On <keeping> water out.' });
    assert.match(added.text, /On &#60;keeping&#62; water out\./);
    assert.match((await library('/books/sealed-rooms/borrow', {})).text, /Sealed Rooms/);
    assert.match((await library('/books.csv')).text, /"sealed-rooms"/);
    const { compartments } = await askSite(estate, 'headquarters');
    assert.equal(compartments.find(({ name }) => name === NAME)?.protection, 'protected', 'a commit waits for off-site');
  });

  test('[AD9] what it is kept at, and what nobody can promise for it, is told to operators', async () => {
    const desk = await askDesk(estate);
    const told = Object.fromEntries(desk.compartments.map(({ name, level, notPromised }) => [name, { level, notPromised }]));
    assert.equal(told[NAME]?.level, 'L1');
    assert.ok(told[NAME]?.notPromised.some((one) => /no provenance, no history, no undo/.test(one)));
    assert.equal(told['notice-board']?.level, 'L0');
    assert.ok(told['notice-board']?.notPromised.some((one) => /cannot be restored from here/.test(one)));
    assert.ok(told['notice-board']?.notPromised.some((one) => /port/.test(one)));
    assert.deepEqual(told['website']?.notPromised, []);
    const { out } = await estate.run('status');
    assert.match(out, /lending-library +L1/);
    assert.match(out, /not promised[\s\S]*no provenance/i);
    const undo = await estate.run('undo', NAME, '--untagged');
    assert.notEqual(undo.code, 0);
    assert.match(undo.out + undo.err, /level L1 nothing tells who wrote what/);
  });

  test('[AD2] its process is killed and comes back; without its supervisor it ends', async () => {
    const { pid } = (await processOf(NAME)) ?? {};
    assert.ok(pid);
    killHard(pid);
    await waitUntil(
      async () => {
        const now = await processOf(NAME);
        return now?.state === 'running' && now.pid !== pid;
      },
      { what: 'it runs again', timeoutMs: 60_000 },
    );
    assert.match((await library('/loans')).text, /Sealed Rooms/);
    const orphan = (await processOf(NAME))?.pid ?? 0;
    const { supervisor } = await noteOf(estate, 'headquarters');
    killHard(supervisor.pid);
    await waitUntil(() => identifyProcess(orphan) === undefined, {
      what: 'it ended with its supervisor',
      timeoutMs: 60_000,
    });
    await estate.startSite('headquarters');
    await untilAllIsWell(estate);
    assert.match((await library('/loans')).text, /Sealed Rooms/);
  });

  test('[AD10] sealed, its frozen pages are read; wiped, it is restored by two operators with every row, and opened', async () => {
    // Meanwhile, since a third code in half a minute has to be waited for.
    signedIn = signInThrice();
    signedIn.catch(() => undefined);
    await waitUntil(() => hasCopy(NAME), { what: 'its pages are frozen', timeoutMs: 60_000 });
    const books = (await library('/books.csv')).text;
    await seal(NAME);
    const frozen = await stranger.visit(`${originOf(estate, 'library')}/books`);
    assert.equal(frozen.status, 200);
    assert.ok(frozen.headers['bulkhead-frozen']);
    assert.match(frozen.text, /Frozen copy of .*\sUTC/);
    assert.match(frozen.text, /نسخة مجمّدة/);
    assert.match(frozen.text, /The Tide Tables/);
    assert.equal((await library('/loans')).status, 503, 'what is not public is closed');
    assert.equal((await library('/books', { title: 'x', author: 'y' })).status, 503);
    assert.equal((await stranger.visit(`${originOf(estate, 'www')}/en/`)).status, 200, 'others do not notice');

    const place = join(estate.description.data, 'headquarters', NAME);
    await writeFile(join(place, 'blobs/left-behind.php'), 'what an attacker left');
    await rm(join(place, 'pg'), { recursive: true, force: true });
    const id = await askForRestore(estate, NAME);
    await untilRecovery(estate, id, 'it waits for the second operator', ({ awaiting }) => awaiting !== null);
    const { awaiting, failure } = await findRecovery(estate, id);
    assert.ok(awaiting?.diff, failure ?? 'there is nothing to approve');
    assert.deepEqual(
      awaiting.diff.tables.map(({ table }) => table),
      ['book', 'loan', 'member', 'schema_version'],
    );
    assert.ok(awaiting.diff.checks.every(({ ok }) => ok));
    assert.ok(awaiting.diff.checks.some(({ name }) => name === 'no more copies are lent than there are'));
    assert.deepEqual(
      awaiting.diff.tables.map(({ rows }) => rows),
      [5, 1, 1, 2],
    );
    // The standby is evidence only: it may still wait for the place at which decoding begins.
    assert.ok(awaiting.diff.tables.every(({ standbyRows, isSame }) => standbyRows === null || isSame));
    await approve(estate, id);
    const { step, failure: why } = await untilRecovery(estate, id, 'it is restored', () => false);
    assert.equal(step, 'done', why ?? '');
    assert.equal(
      (await readdir(join(place, 'blobs'))).includes('left-behind.php'),
      false,
      'no file that was left there comes back',
    );
    assert.equal((await library('/books.csv')).text, books);
    assert.match((await library('/loans')).text, /Sealed Rooms/, 'its own session is a row like others');
    assert.match((await library('/books', { title: 'After the Flood', author: 'E. Hatch' })).text, /E\. Hatch/);
    assert.equal((await library('/books')).headers['bulkhead-frozen'], undefined);
    await untilAllIsWell(estate);
  });

  test('[AD11] at level L0 it is sealed and reopened, its pages are frozen, and a restore is refused: nothing of it is here', async () => {
    const origin = originOf(estate, 'board');
    await waitUntil(() => hasCopy('notice-board'), { what: 'its page is frozen', timeoutMs: 60_000 });
    const before = await copyOf('notice-board');
    const posted = await stranger.visit(`${origin}/`, { form: { text: 'First notice' } });
    assert.match(posted.text, /First notice/);
    await waitUntil(async () => (await copyOf('notice-board')) !== before, { what: 'a newer copy is here', timeoutMs: 60_000 });
    await seal('notice-board');
    const frozen = await stranger.visit(`${origin}/`);
    assert.match(frozen.text, /First notice/);
    assert.ok(frozen.headers['bulkhead-frozen']);
    assert.match(frozen.text, /<p [^>]*lang="es"[^>]*><strong[^>]*>Copia congelada/);
    assert.equal(await processOf('notice-board').then((one) => one?.pid ?? null), null, 'nothing of it runs');
    const refused = await estate.run('restore', 'notice-board', '--reason', 'a test');
    assert.notEqual(refused.code, 0);
    assert.match(refused.out + refused.err, /level L0/);
    await openAgain(estate, 'notice-board');
    const after = await stranger.visit(`${origin}/`, { form: { text: 'Second notice' } });
    assert.match(after.text, /First notice.*Second notice/s);
  });

  test('a person who signs in three times in a row waits for a new code where both were used, and is let in', async () => {
    assert.deepEqual(await signedIn, [200, 200, 200]);
  });
});
