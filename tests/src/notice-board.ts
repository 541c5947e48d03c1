import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@bulkhead/testkit';

/** An application with a database of its own, in a file, and a port: of the kind that can only be had at level L0. */
const SERVER = `
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
const database = new DatabaseSync(process.env.DATA + '/board.sqlite');
database.exec('create table if not exists notice (text text not null)');
const server = createServer((request, response) => {
  if (request.method === 'POST') {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    return request.on('end', () => {
      database.prepare('insert into notice values (?)').run(new URLSearchParams(body).get('text'));
      response.writeHead(303, { location: '/' }).end();
    });
  }
  const notices = database.prepare('select text from notice').all();
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<!doctype html><html lang="es"><body><h1>Notices</h1>' + notices.map(({ text }) => '<p>' + text + '</p>').join('') + '</body></html>');
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

/** Puts a notice board down in a directory of its own, and returns the path of its manifest and how to remove it. */
export async function layNoticeBoard(): Promise<{ readonly manifest: string; readonly remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'bhn-'));
  await chmod(directory, 0o755);
  await writeFile(join(directory, 'server.mjs'), SERVER);
  const manifest = {
    name: 'notice-board',
    title: { en: 'Notice board', es: 'Tablón de anuncios' },
    level: 'L0',
    origins: [{ host: 'board', kind: 'public', title: { en: 'Notice board', es: 'Tablón de anuncios' } }],
    adopted: {
      command: ['{node}', '{application}/server.mjs'],
      environment: { PORT: '{port}', DATA: '{data}' },
      listens: { port: await findFreePort() },
      health: '/',
      frozen: { origin: 'board', paths: ['/'], everySeconds: 1 },
    },
  };
  await writeFile(join(directory, 'bulkhead.json'), JSON.stringify(manifest));
  return { manifest: join(directory, 'bulkhead.json'), remove: () => rm(directory, { recursive: true, force: true }) };
}
