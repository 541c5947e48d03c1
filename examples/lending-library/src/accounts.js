import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);
const COOKIE = 'library_session';
const DAYS = 14;

/** Adds a member; the first one is the librarian. */
export async function join(pool, name, password) {
  const salt = randomBytes(16);
  const hash = `${salt.toString('hex')}:${(await derive(password, salt, 32)).toString('hex')}`;
  const { rows } = await pool.query(
    `insert into member (name, password_hash, is_librarian)
     values ($1, $2, not exists (select from member)) on conflict (name) do nothing returning id`,
    [name, hash],
  );
  return rows[0]?.id;
}

/** The member's id if the password is right. */
export async function checkPassword(pool, name, password) {
  const { rows } = await pool.query('select id, password_hash from member where name = $1', [name]);
  const [salt, hash] = (rows[0]?.password_hash ?? `${'00'.repeat(16)}:${'00'.repeat(32)}`).split(':');
  const given = await derive(password, Buffer.from(salt, 'hex'), 32);
  return timingSafeEqual(given, Buffer.from(hash, 'hex')) ? rows[0]?.id : undefined;
}

/** Begins a session and returns the cookie for it. */
export async function beginSession(pool, memberId) {
  const id = randomBytes(24).toString('base64url');
  await pool.query(`insert into session (id, member_id, expires_at) values ($1, $2, now() + $3::int * interval '1 day')`, [id, memberId, DAYS]);
  return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${DAYS * 86_400}`;
}

export async function endSession(pool, request) {
  await pool.query('delete from session where id = $1', [sessionIdOf(request)]);
  return `${COOKIE}=; Path=/; Max-Age=0`;
}

/** Whoever is signed in. */
export async function memberOf(pool, request) {
  const id = sessionIdOf(request);
  if (id === '') return undefined;
  const { rows } = await pool.query(
    `select member.id, member.name, member.is_librarian from session join member on member.id = session.member_id
     where session.id = $1 and session.expires_at > now()`,
    [id],
  );
  return rows[0];
}

function sessionIdOf(request) {
  const found = (request.headers.cookie ?? '').split(/;\s*/).find((one) => one.startsWith(`${COOKIE}=`));
  return found?.slice(COOKIE.length + 1) ?? '';
}
