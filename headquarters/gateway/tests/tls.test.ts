import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Answer, ScratchEstate } from './scratch/estate.ts';

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const directory = mkdtempSync('/tmp/bh-tls-');
let estate: ScratchEstate | null = null;

before(async () => {
  if (!hasOpenssl) return;
  const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=localhost',
  ];
  execFileSync('openssl', [...made, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' });
  estate = await ScratchEstate.start({ tls: { keyFile, certificateFile }, withoutOffsite: true });
});
after(async () => {
  await estate?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function ask(
  here: ScratchEstate,
  path: string,
  host: string,
  headers: Record<string, string> = {},
): Promise<Pick<Answer, 'status' | 'headers'>> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: here.port, path, agent: false, rejectUnauthorized: false };
    request({ ...options, headers: { host: `${host}.localhost:${here.port}`, ...headers } }, (reply) => {
      reply.resume().on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers }));
    })
      .on('error', reject)
      .end();
  });
}

test('[G5] with TLS cookies are secure and bound to their host, and browsers are told to come back with TLS only', {
  skip: !hasOpenssl,
}, async () => {
  assert.ok(estate);
  const away = await ask(estate, '/drafts', 'news');
  assert.equal(away.status, 303);
  assert.match(away.headers.location ?? '', new RegExp(`^https://id\\.localhost:${estate.port}/sign-in\\?`));
  assert.match(
    away.headers['set-cookie']?.[0] ?? '',
    /^__Host-bulkhead-nonce=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=1800$/,
  );
  assert.equal(away.headers['strict-transport-security'], 'max-age=31536000');
  const session = estate.signIn();
  const plain = estate.cookie(session, 'news');
  assert.equal((await ask(estate, '/drafts', 'news', { cookie: plain })).status, 303, 'the name without TLS is another cookie');
  assert.equal((await ask(estate, '/drafts', 'news', { cookie: `__Host-${plain}` })).status, 200);
});
