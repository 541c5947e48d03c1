import { type CompartmentManifest, parseManifest } from '@bulkhead/contracts';
import { API_ROUTES } from '#api/api.manifest.ts';
import { NEWSROOM_CHECKS, NEWSROOM_ROUTES, NEWSROOM_VOLATILE } from '#article/article.manifest.ts';
import { SEARCH_ROUTES } from '#search/search.manifest.ts';

/** The website, as everybody else sees it. */
export const manifest: CompartmentManifest = parseManifest({
  name: 'website',
  title: {
    en: 'Public website',
    fr: 'Site public',
    es: 'Sitio web público',
    ru: 'Публичный сайт',
    zh: '公开网站',
    ar: 'الموقع العام',
  },
  level: 'native',
  needs: ['identity'],
  recoveryOrder: 80,
  origins: [
    {
      host: 'www',
      kind: 'public',
      title: {
        en: 'Public website',
        fr: 'Site public',
        es: 'Sitio web público',
        ru: 'Публичный сайт',
        zh: '公开网站',
        ar: 'الموقع العام',
      },
    },
    {
      host: 'newsroom',
      kind: 'staff',
      title: { en: 'Newsroom', fr: 'Rédaction', es: 'Redacción', ru: 'Редакция', zh: '编辑部', ar: 'غرفة الأخبار' },
    },
  ],
  routes: [...NEWSROOM_ROUTES, ...API_ROUTES, ...SEARCH_ROUTES],
  workers: [{ name: 'darkroom', entry: 'src/darkroom/main.ts', addons: true, memoryMb: 256 }],
  jobs: [],
  roles: {
    editor: { en: 'Editor', fr: 'Rédaction', es: 'Redacción', ru: 'Редактор', zh: '编辑', ar: 'محرر' },
    reviewer: { en: 'Reviewer', fr: 'Relecture', es: 'Revisión', ru: 'Проверяющий', zh: '审核人', ar: 'مراجع' },
  },
  // Who approves decides what the public reads: a delegation's administrator only asks for it.
  rolesToApprove: ['reviewer'],
  blobs: {
    columns: [
      { table: 'picture', column: 'sha256' },
      { table: 'picture_rendition', column: 'sha256' },
    ],
    quotaBytes: 10_737_418_240,
  },
  checks: NEWSROOM_CHECKS,
  edition: {
    origin: 'www',
    scripts: ['src/site/resting-search.js'],
    tables: ['picture', 'picture_rendition', 'article_version', 'article_text', 'article_withdrawal'],
    approvals: { publish: ['article.submit', 'article.approve'], withdraw: ['article.withdraw'] },
  },
  publicReading: 'off-site',
  repair: {
    columns: [{ table: 'article_version', column: 'revision', merge: 'counter' }],
    volatile: NEWSROOM_VOLATILE,
    tombstones: [{ table: 'article_version', column: 'state', value: 'discarded' }],
    canaries: [
      { table: 'article', key: { id: '0' } },
      { table: 'article_version', key: { article_id: '0' } },
      { table: 'article_text', key: { article_id: '0' } },
    ],
    basis: [{ table: 'article_version', columns: ['article_id', 'based_on'], references: 'article_version' }],
    // One request writes a version with its six texts; nobody changes hundreds of rows at once.
    massRows: 100,
  },
  seal: { unreachable: 'stop', automatic: ['storage.lost'] },
});
