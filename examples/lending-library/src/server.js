import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { beginSession, checkPassword, endSession, join, memberOf } from './accounts.js';
import { openDatabase } from './database.js';
import { aboutPage, bookPage, booksPage, homePage, loansPage, messagePage, signInPage } from './pages.js';

const FILES = { '/style.css': 'text/css; charset=utf-8', '/lighthouse.svg': 'image/svg+xml' };
const pool = await openDatabase(process.env.DATABASE_URL);
const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(request.method, request.url, error.message);
    if (response.headersSent) response.destroy();
    else send(response, 500, messagePage('Something went wrong', 'Please try again later.'));
  });
});
const place = process.env.SOCKET ?? Number(process.env.PORT ?? 3000);
server.listen(place, ...(typeof place === 'number' ? ['127.0.0.1'] : []), () => console.log('lending library listens on', place));
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => {
    void pool.end().finally(() => process.exit(0));
  });
});

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://library');
  if (pathname === '/health') return pool.query('select 1').then(() => send(response, 200, 'ok', 'text/plain'));
  if (FILES[pathname]) return send(response, 200, await readFile(new URL(`../public${pathname}`, import.meta.url)), FILES[pathname]);
  const member = await memberOf(pool, request);
  if (request.method === 'GET') return show(pathname, member, response);
  if (request.method === 'POST') return change(pathname, member, request, response);
  send(response, 405, messagePage('Not like this', 'This address only shows things.'));
}

async function show(path, member, response) {
  if (path === '/') return send(response, 200, homePage(member, (await pool.query('select count(*) from book')).rows[0].count));
  if (path === '/about') return send(response, 200, aboutPage(member));
  if (path === '/sign-in') return send(response, 200, signInPage());
  if (path === '/books') return send(response, 200, booksPage(member, (await pool.query('select * from book order by title')).rows));
  if (path === '/books.csv') return sendTable(response);
  if (path === '/loans' && member) return send(response, 200, loansPage(member, await loansOf(member)));
  const book = path.startsWith('/books/') && (await findBook(path.slice('/books/'.length)));
  if (book) return send(response, 200, bookPage(member, book));
  send(response, 404, messagePage('Not found', 'There is no such page.'));
}

async function change(path, member, request, response) {
  const form = new URLSearchParams(await readBody(request));
  if (path === '/sign-in') return signIn(form, response);
  if (!member) return redirect(response, '/sign-in');
  if (path === '/sign-out') return redirect(response, '/', await endSession(pool, request));
  if (path === '/books' && member.is_librarian) return addBook(form, response);
  const [, borrowed] = /^\/books\/([a-z0-9-]+)\/borrow$/.exec(path) ?? [];
  if (borrowed) {
    const book = await findBook(borrowed);
    if (book?.left > 0)
      await pool.query('insert into loan (book_id, member_id) values ($1, $2) on conflict do nothing', [book.id, member.id]);
    return redirect(response, '/loans');
  }
  const [, loan] = /^\/loans\/(\d{1,9})\/return$/.exec(path) ?? [];
  if (loan) {
    await pool.query('update loan set returned_at = now() where id = $1 and member_id = $2', [loan, member.id]);
    return redirect(response, '/loans');
  }
  send(response, 404, messagePage('Not found', 'There is no such form.'));
}

async function signIn(form, response) {
  const [name, password] = [form.get('name') ?? '', form.get('password') ?? ''];
  const isJoining = form.get('what') === 'join';
  if (isJoining && (name === '' || password.length < 8)) return send(response, 422, signInPage('A name, and at least 8 characters.'));
  const id = isJoining ? await join(pool, name, password) : await checkPassword(pool, name, password);
  if (!id) return send(response, 403, signInPage(isJoining ? 'This name is taken.' : 'Name or password is wrong.'));
  redirect(response, '/books', await beginSession(pool, id));
}

async function addBook(form, response) {
  const slug = (form.get('title') ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  await pool.query('insert into book (slug, title, author, summary) values ($1, $2, $3, $4) on conflict (slug) do nothing', [
    slug,
    form.get('title'),
    form.get('author'),
    form.get('summary') ?? '',
  ]);
  redirect(response, `/books/${slug}`);
}

async function findBook(slug) {
  const { rows } = await pool.query(
    `select book.*, copies - (select count(*)::int from loan where book_id = book.id and returned_at is null) as left
     from book where slug = $1`,
    [slug],
  );
  return rows[0];
}

async function loansOf(member) {
  const { rows } = await pool.query(
    'select loan.id, title, returned_at from loan join book on book.id = loan.book_id where member_id = $1 order by loan.id',
    [member.id],
  );
  return rows;
}

/** Row by row: the table may be long. */
async function sendTable(response) {
  response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' });
  const { rows } = await pool.query('select slug, title, author, copies from book order by slug');
  for (const row of rows) response.write(`${Object.values(row).map((value) => `"${String(value).replaceAll('"', '""')}"`).join(',')}\r\n`);
  response.end();
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response, status, body, type = 'text/html; charset=utf-8') {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function redirect(response, location, cookie) {
  response.writeHead(303, { location, ...(cookie ? { 'set-cookie': cookie } : {}) });
  response.end();
}
