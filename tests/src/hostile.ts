import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type EstateAccount, type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { listForms, type Page, totpCode, Visitor } from '@bulkhead/visitor';
import { accountWith, Member } from './newsroom.ts';
import { exchange, statusesIn } from './raw.ts';
import { askSite, originOf } from './sites.ts';

type Heads = Readonly<Record<string, string>>;

const FORM = 'application/x-www-form-urlencoded';
const GOOD = 'kind=news&slug=SLUG&title-en=A+title&summary-en=A+summary&body-en=A+text';
const MEBIBYTE = 1_048_576;

export function testHostileRequests(estate: EstateProcess): void {
  suite('a sample estate under hostile requests', () => {
    let editor: Member;
    let port: number;
    /** Signed in once: an account has no more than two codes in half a minute. */
    const administrator = new Visitor({ address: '127.0.0.1' });
    before(async () => {
      editor = await Member.enter(estate, 'editor');
      port = Number(new URL(editor.origin).port);
    });
    after(() => {
      editor?.leave();
      administrator.leave();
    });

    const host = (label: string) => new URL(originOf(estate, label)).host;
    const cookieOf = (member: Member) => member.visitor.cookiesFor(new URL(member.origin).host);

    /** A POST of the editor's browser, byte by byte as given, with heads of its own. */
    async function post(path: string, body: string, heads: Heads = {}): Promise<string> {
      const all: Record<string, string> = {
        Host: host('newsroom'),
        Origin: editor.origin,
        Cookie: cookieOf(editor),
        Accept: 'application/json',
        'Content-Type': FORM,
        'Content-Length': String(Buffer.byteLength(body, 'latin1')),
        Connection: 'close',
        ...heads,
      };
      const head = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}\r\n`]));
      return exchange(port, `POST ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
    }

    async function assertUnharmed(): Promise<void> {
      const { processes } = await askSite(estate, 'headquarters');
      assert.deepEqual(
        processes.filter(({ restarts }) => restarts > 0).map(({ name }) => name),
        [],
        'nothing was restarted',
      );
      assert.equal((await editor.read('/')).status, 200);
    }

    test('takes the form that the hostile ones are made from', async () => {
      const reply = await post('/articles', GOOD.replace('SLUG', 'good'));
      assert.deepEqual(statusesIn(reply), [201], reply.slice(0, 600));
    });

    const FORMS: readonly (readonly [what: string, body: string, heads?: Heads])[] = [
      ['of the type JSON', JSON.stringify({ kind: 'news', slug: 'bad' }), { 'Content-Type': 'application/json' }],
      ['of the type plain text', GOOD, { 'Content-Type': 'text/plain' }],
      ['of no type', GOOD, { 'Content-Type': '' }],
      ['of another character set', GOOD, { 'Content-Type': `${FORM}; charset=utf-16` }],
      ['with bytes that are not UTF-8', GOOD.replace('A+title', '%ff%fe')],
      ['with raw bytes that are not UTF-8', GOOD.replace('A+title', '\xff\xfe')],
      ['with an overlong encoding', GOOD.replace('A+title', '%c0%ae%c0%ae')],
      ['with half a surrogate', GOOD.replace('A+title', '%ed%a0%80')],
      ['with a broken escape', GOOD.replace('A+title', '%zz')],
      ['with a zero', GOOD.replace('A+title', 'a%00b')],
      ['with a line break where one line belongs', GOOD.replace('A+title', 'a%0d%0aSet-Cookie:+b=c')],
      ['with a field twice', `${GOOD}&kind=news`],
      ['with a list for a text', `${GOOD}&title-en%5B%5D=x`],
      ['with a field that there is not', `${GOOD}&__proto__=x`],
      ['with a choice that there is not', GOOD.replace('kind=news', 'kind=decree')],
      ['with a slug that climbs', GOOD.replace('SLUG', '..%2f..%2fetc')],
      ['with a title of 10,000 characters', GOOD.replace('A+title', 'a'.repeat(10_000))],
      ['with 200 fields', `${GOOD}&${Array.from({ length: 200 }, (_, at) => `f${at}=1`).join('&')}`],
      ['without any field', ''],
      ['larger than the route takes', GOOD.replace('A+text', 'a'.repeat(MEBIBYTE))],
      ['announced as larger than the route takes', '', { 'Content-Length': String(64 * MEBIBYTE) }],
      ['in a coding that nobody asked for', GOOD, { 'Content-Encoding': 'gzip' }],
    ];
    for (const [what, body, heads] of FORMS) {
      test(`refuses a form ${what} with a clear error`, async () => {
        const slug = 'hostile-form';
        const reply = await post('/articles', body.replace('SLUG', slug), heads);
        const [status = 0] = statusesIn(reply);
        assert.ok(status >= 400 && status < 500, reply.slice(0, 600));
        const told: { readonly code?: string } = JSON.parse(reply.slice(reply.indexOf('{'), reply.lastIndexOf('}') + 1));
        assert.match(told.code ?? '', /^(input|request)\./);
        assert.doesNotMatch(reply, /set-cookie: b=c|ZodError|node:|\.ts:\d/i);
        assert.ok(!(await editor.read('/')).text.includes(slug));
      });
    }

    test('refuses a body in endless chunks once it is too large', async () => {
      const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
      const reply = await post('/articles', `${chunk.repeat(20)}0\r\n\r\n`, {
        'Content-Length': '',
        'Transfer-Encoding': 'chunked',
      });
      assert.deepEqual(statusesIn(reply), [413]);
    });

    test('refuses a picture that is none, and an upload that is cut off or has no boundary', async () => {
      const draft = JSON.parse((await editor.createDraft('picture-of-nothing')).text);
      const path = `/articles/${draft.id}/versions/${draft.number}/picture`;
      const part = (type: string, content: string) =>
        `--b\r\nContent-Disposition: form-data; name="picture"; filename="../../x.png"\r\nContent-Type: ${type}\r\n\r\n${content}`;
      const multipart = { 'Content-Type': 'multipart/form-data; boundary=b' };
      const uploads: readonly (readonly [string, Heads])[] = [
        [`${part('image/png', '<svg onload="alert(1)"/>')}\r\n--b--\r\n`, multipart],
        [`${part('text/html', '<h1>x</h1>')}\r\n--b--\r\n`, multipart],
        [part('image/png', 'cut off'), multipart],
        [`${part('image/png', 'x')}\r\n--b--\r\n`, { 'Content-Type': 'multipart/form-data' }],
      ];
      for (const [body, heads] of uploads) {
        const [status = 0] = statusesIn(await post(path, body, heads));
        assert.ok(status >= 400 && status < 500, `${status} for ${body.slice(0, 120)}`);
      }
    });

    for (const target of [
      '/../articles',
      '/articles/../../etc/passwd',
      '/%2e%2e/articles',
      '/articles/1%2f..%2f..',
      '/articles/1%0d%0aSet-Cookie:%20b=c',
      '/articles/%00',
      '/articles/%c0%ae',
      '//articles',
      '/.bulkhead/health',
      '/.identity/sessions/x',
      '/articles/not-a-number',
      '/articles/99999999999999999999',
      '/articles/1/versions/-1',
      `/articles?${'a'.repeat(5000)}`,
    ]) {
      test(`answers a hostile address with no more than an error: ${target.slice(0, 40)}`, async () => {
        const reply = await exchange(
          port,
          `GET ${target} HTTP/1.1\r\nHost: ${host('newsroom')}\r\nCookie: ${cookieOf(editor)}\r\nConnection: close\r\n\r\n`,
        );
        const [status = 0] = statusesIn(reply);
        assert.ok([400, 404, 414].includes(status), reply.slice(0, 400));
        assert.doesNotMatch(reply, /root:|set-cookie: b=c|\.ts:\d/i);
      });
    }

    test('takes a token, a state or an address from no header of a visitor', async () => {
      const forged = {
        'bulkhead-token': 'eyJhbGciOiJub25lIn0.e30.',
        'bulkhead-request-id': '00000000-0000-0000-0000-000000000000',
        'bulkhead-session-started': 'x',
        authorization: 'Bearer x',
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-host': 'evil.example',
        'x-original-url': '/accounts',
        'x-http-method-override': 'DELETE',
      };
      const visitor = new Visitor({ address: '127.0.0.1' });
      const page = await visitor.visit(`${editor.origin}/`, { headers: forged, redirects: 0 });
      visitor.leave();
      assert.equal(page.status, 303, 'nobody is signed in');
      assert.ok(page.headers.location?.startsWith(`${originOf(estate, 'id')}/sign-in?`));
      assert.notEqual(page.headers['bulkhead-request-id'], forged['bulkhead-request-id']);
    });

    test('takes no form that another site, or another origin of the estate, had a browser send', async () => {
      const before = await editor.read('/');
      const crossings: readonly Heads[] = [
        { Origin: 'https://evil.example' },
        { Origin: originOf(estate, 'www') },
        { Origin: originOf(estate, 'id') },
        { Origin: 'null' },
        { Origin: '' },
        { Origin: editor.origin, 'Sec-Fetch-Site': 'cross-site' },
        { Origin: editor.origin.replace('http:', 'https:') },
        { Origin: `${editor.origin}.evil.example` },
      ];
      for (const heads of crossings) {
        const reply = await post('/articles', GOOD.replace('SLUG', 'crossed'), heads);
        assert.deepEqual(statusesIn(reply), [403], `${JSON.stringify(heads)}: ${reply.slice(0, 300)}`);
      }
      assert.equal((await editor.read('/')).text.includes('crossed'), before.text.includes('crossed'));
    });

    test('takes a session cookie for nothing once it is changed, moved to another origin, or made up', async () => {
      const cookie = cookieOf(editor);
      const value = /bulkhead=([^;]+)/.exec(cookie)?.[1] ?? '';
      const [id = '', mac = ''] = value.split('.');
      const swap = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
      const visitor = new Visitor({ address: '127.0.0.1' });
      const statusWith = async (label: string, given: string) =>
        (await visitor.visit(`${originOf(estate, label)}/`, { headers: { cookie: given }, redirects: 0 })).status;
      assert.equal(await statusWith('newsroom', `bulkhead=${value}`), 200);
      for (const given of [`${swap(id)}.${mac}`, `${id}.${swap(mac)}`, `${id}.`, id, `${value}x`, `${id}.${mac}.${mac}`, 'x.y'])
        assert.equal(await statusWith('newsroom', `bulkhead=${given}`), 303, given);
      assert.equal(await statusWith('id', `bulkhead=${value}`), 303, 'a cookie of the newsroom opens no other origin');
      visitor.leave();
    });

    test('gives whoever signs in a session of their own, not one that was put into the browser before', async () => {
      const reviewer = accountWith(estate, 'website', 'reviewer');
      const url = `${originOf(estate, 'id')}/sign-in`;
      const attacker = new Visitor({ address: '127.0.0.1' });
      await enterIdentity(attacker, url, accountWith(estate, 'identity', 'administrator'));
      const planted = { cookie: attacker.cookiesFor(host('id')) };
      const victim = new Visitor({ address: '127.0.0.1' });
      await enterIdentity(victim, url, reviewer, planted);
      assert.notEqual(victim.cookiesFor(host('id')), planted.cookie);
      assert.ok((await victim.visit(`${originOf(estate, 'id')}/`)).text.includes(reviewer.email));
      const seen = await attacker.visit(`${originOf(estate, 'id')}/`, { redirects: 0 });
      assert.ok(!seen.text.includes(reviewer.email), 'the planted session did not become theirs');
      for (const visitor of [attacker, victim]) visitor.leave();
    });

    test('takes a code of the authenticator once', async () => {
      const account = accountWith(estate, 'website', 'editor', 1);
      const [first, second] = [new Visitor({ address: '127.0.0.1' }), new Visitor({ address: '127.0.0.1' })];
      const url = `${originOf(estate, 'id')}/sign-in`;
      const forms = [signInForm(await first.visit(url)), signInForm(await second.visit(url))] as const;
      const code = totpCode(account.totpSecret, new Date());
      assert.equal((await sendSignIn(first, forms[0], account, { code })).status, 303);
      assert.equal((await sendSignIn(second, forms[1], account, { code })).status, 403);
      first.leave();
      second.leave();
    });

    test('slows down whoever tries passwords at many accounts, and lets their people in at once', async () => {
      const attacker = new Visitor({ address: '127.0.0.1', from: '127.0.0.66' });
      const url = `${originOf(estate, 'id')}/sign-in`;
      const form = signInForm(await attacker.visit(url));
      const victims = estate.description.accounts;
      let slowed: Page | undefined;
      for (let at = 0; at < 40 && slowed === undefined; at += 1) {
        const account = { ...(victims[at % victims.length] ?? victims[0]), password: `guess-${at}` } as EstateAccount;
        const page = await sendSignIn(attacker, form, account, { code: '000000' });
        if (page.status === 429) slowed = page;
        else assert.equal(page.status, 403);
      }
      attacker.leave();
      assert.ok(Number(slowed?.headers['retry-after']) > 0, 'it is slowed down');
      await enterIdentity(administrator, url, accountWith(estate, 'identity', 'administrator'));
    });

    test('is unharmed by all of it', assertUnharmed);

    test('ends a session everywhere when an administrator ends it', async () => {
      const { email } = accountWith(estate, 'website', 'editor');
      assert.equal((await editor.read('/')).status, 200);
      const origin = originOf(estate, 'id');
      const list = await administrator.visit(`${origin}/accounts`);
      const row = list.text.slice(0, list.text.indexOf(email));
      const path = row.slice(row.lastIndexOf('/accounts/')).match(/^\/accounts\/[0-9a-f-]{36}/)?.[0] ?? '';
      const ended = await administrator.visit(`${origin}${path}/end-sessions`, { form: {}, redirects: 0 });
      assert.equal(ended.status, 303, `${path}: ${ended.text.slice(0, 300)}`);
      const page = await waitUntil(
        async () => {
          const seen = await editor.read('/');
          return seen.status === 200 ? undefined : seen;
        },
        { what: 'the session is over' },
      );
      assert.equal(page.status, 303);
      assert.equal((await editor.createDraft('after-the-end')).status, 401);
    });
  });
}

type SignInForm = { readonly action: string; readonly fields: Readonly<Record<string, string>> };

function signInForm(page: Page): SignInForm {
  const found = listForms(page).find(({ fields }) => 'password' in fields && 'code' in fields);
  assert.ok(found, `no sign-in form at ${page.url}: ${page.text.slice(0, 300)}`);
  return found;
}

function sendSignIn(
  visitor: Visitor,
  { action, fields }: SignInForm,
  { email, password, totpSecret }: EstateAccount,
  options: { readonly code?: string; readonly headers?: Heads } = {},
): Promise<Page> {
  const { code = totpCode(totpSecret, new Date()), headers = {} } = options;
  return visitor.visit(action, { form: { ...fields, email, password, code }, headers, redirects: 0 });
}

/** Signs in although this step's code may be used already: the next one's is good by then. */
async function enterIdentity(visitor: Visitor, url: string, account: EstateAccount, headers: Heads = {}): Promise<void> {
  const form = signInForm(await visitor.visit(url, { headers }));
  for (const ahead of [0, 30_000]) {
    const code = totpCode(account.totpSecret, new Date(Date.now() + ahead));
    if ((await sendSignIn(visitor, form, account, { code, headers })).status === 303) return;
  }
  assert.fail(`${account.email} is not let in`);
}
