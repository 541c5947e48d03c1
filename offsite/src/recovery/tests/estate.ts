import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Estate, estateSchema } from '@bulkhead/contracts';
import { findFreePort } from '@bulkhead/testkit';

/** Two compartments: identity, and website, which needs it and is published; these rules seal website at once. */
export async function describeEstate(directory: string, automatic: readonly string[]): Promise<Estate> {
  const website = join(directory, 'website');
  await mkdir(join(website, 'migrations'), { recursive: true });
  await writeFile(join(website, 'migrations/0001-create-article.sql'), 'create table article (id integer primary key);\n');
  const common = { level: 'native', jobs: [], roles: { editor: { en: 'Editor' } }, checks: [] };
  return estateSchema.parse({
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port: await findFreePort(),
    statusPort: await findFreePort(),
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 5000,
    compartments: [
      {
        directory: join(directory, 'identity'),
        manifest: {
          ...common,
          name: 'identity',
          title: { en: 'Sign-in' },
          needs: [],
          recoveryOrder: 1,
          origins: [{ host: 'id', kind: 'staff', title: { en: 'Sign-in' } }],
          routes: [
            { id: 'session.begin', origin: 'id', method: 'GET', path: '/sign-in', roles: [], writes: [], maxBodyBytes: 0 },
          ],
          seal: { unreachable: 'stop', automatic: [] },
        },
      },
      {
        directory: website,
        manifest: {
          ...common,
          name: 'website',
          title: { en: 'Website' },
          needs: ['identity'],
          recoveryOrder: 2,
          origins: [
            { host: 'www', kind: 'public', title: { en: 'Website' } },
            { host: 'newsroom', kind: 'staff', title: { en: 'Newsroom' } },
          ],
          routes: [
            {
              id: 'article.list',
              origin: 'newsroom',
              method: 'GET',
              path: '/articles',
              roles: ['editor'],
              writes: [],
              maxBodyBytes: 0,
            },
            {
              id: 'article.add',
              origin: 'newsroom',
              method: 'POST',
              path: '/articles',
              roles: ['editor'],
              writes: ['article'],
              maxBodyBytes: 1000,
            },
            {
              id: 'article.approve',
              origin: 'newsroom',
              method: 'POST',
              path: '/articles/:id/approve',
              roles: ['editor'],
              writes: ['article'],
              maxBodyBytes: 1000,
            },
          ],
          checks: [{ name: 'every article has a number', sql: 'select 1 from article where id is null' }],
          blobs: { columns: [{ table: 'article', column: 'picture' }], quotaBytes: 1_000_000 },
          edition: {
            origin: 'www',
            tables: ['article'],
            approvals: { publish: ['article.add', 'article.approve'], withdraw: ['article.approve'] },
          },
          seal: { unreachable: 'stop', automatic },
        },
      },
    ],
  });
}
