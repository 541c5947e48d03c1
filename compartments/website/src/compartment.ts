import { type CompartmentManifest, parseManifest } from '@bulkhead/contracts';

const FORM_BYTES = 1_048_576;
const UPLOAD_BYTES = 5 * 1024 * 1024 + 262_144;

const newsroom = { origin: 'newsroom', maxBodyBytes: 0, writes: [] };
const both = { ...newsroom, roles: ['editor', 'reviewer'] };
const editor = { ...newsroom, roles: ['editor'] };
const reviewer = { ...newsroom, roles: ['reviewer'] };

const DRAFT = ['article', 'article_version', 'article_text', 'article_event'];
const VERSION = ['article_version', 'article_text', 'article_event'];
const DECISION = ['article_version', 'article_event'];

/** Times, ids of accounts, and what holds numbers drawn by this database: they differ between two runs of one story. */
const VOLATILE = Object.entries({
  article: ['created_by', 'created_at'],
  article_version: [
    'created_by',
    'created_at',
    'changed_by',
    'changed_at',
    'submitted_by',
    'submitted_at',
    'submission_token',
    'decided_by',
    'decided_at',
    'approval_token',
  ],
  article_event: ['account_id', 'at', 'digest'],
  article_withdrawal: ['withdrawn_by', 'withdrawn_at', 'withdrawal_token'],
  picture: ['added_by', 'added_at'],
}).flatMap(([table, columns]) => columns.map((column) => ({ table, column })));

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
  routes: [
    { ...newsroom, id: 'asset.read', roles: [], method: 'GET', path: '/assets/:file' },
    { ...both, id: 'article.list', method: 'GET', path: '/' },
    { ...editor, id: 'article.begin', method: 'GET', path: '/articles/new' },
    { ...editor, id: 'article.create', method: 'POST', path: '/articles', writes: DRAFT, maxBodyBytes: FORM_BYTES },
    { ...both, id: 'article.show', method: 'GET', path: '/articles/:id' },
    { ...editor, id: 'article.update', method: 'POST', path: '/articles/:id/versions', writes: VERSION, maxBodyBytes: 1024 },
    { ...both, id: 'version.show', method: 'GET', path: '/articles/:id/versions/:number' },
    {
      ...editor,
      id: 'version.change',
      method: 'POST',
      path: '/articles/:id/versions/:number',
      writes: DRAFT,
      maxBodyBytes: FORM_BYTES,
    },
    { ...editor, id: 'version.edit', method: 'GET', path: '/articles/:id/versions/:number/edit' },
    { ...both, id: 'version.preview', method: 'GET', path: '/articles/:id/versions/:number/preview/:language' },
    { ...both, id: 'version.compare', method: 'GET', path: '/articles/:id/versions/:number/changes' },
    { ...editor, id: 'picture.edit', method: 'GET', path: '/articles/:id/versions/:number/picture' },
    {
      ...editor,
      id: 'picture.change',
      method: 'POST',
      path: '/articles/:id/versions/:number/picture',
      writes: [...VERSION, 'picture'],
      maxBodyBytes: UPLOAD_BYTES,
    },
    {
      ...editor,
      id: 'picture.remove',
      method: 'POST',
      path: '/articles/:id/versions/:number/picture/remove',
      writes: VERSION,
      maxBodyBytes: 1024,
    },
    { ...both, id: 'picture.read', method: 'GET', path: '/pictures/:digest' },
    {
      ...editor,
      id: 'version.discard',
      method: 'POST',
      path: '/articles/:id/versions/:number/discard',
      writes: DECISION,
      maxBodyBytes: 1024,
    },
    {
      ...editor,
      id: 'article.submit',
      method: 'POST',
      path: '/articles/:id/versions/:number/submit/:digest',
      writes: DECISION,
      maxBodyBytes: 1024,
    },
    {
      ...reviewer,
      id: 'article.approve',
      method: 'POST',
      path: '/articles/:id/versions/:number/approve/:digest',
      writes: DECISION,
      maxBodyBytes: 1024,
    },
    {
      ...reviewer,
      id: 'article.reject',
      method: 'POST',
      path: '/articles/:id/versions/:number/reject',
      writes: VERSION,
      maxBodyBytes: 65_536,
    },
    { ...reviewer, id: 'withdrawal.begin', method: 'GET', path: '/articles/:id/withdraw' },
    { ...reviewer, id: 'withdrawal.check', method: 'POST', path: '/articles/:id/withdraw', maxBodyBytes: 65_536 },
    {
      ...reviewer,
      id: 'article.withdraw',
      method: 'POST',
      path: '/articles/:id/versions/:number/withdraw/:digest',
      writes: ['article_withdrawal', 'article_event'],
      maxBodyBytes: 65_536,
    },
  ],
  jobs: [],
  roles: {
    editor: { en: 'Editor', fr: 'Rédaction', es: 'Redacción', ru: 'Редактор', zh: '编辑', ar: 'محرر' },
    reviewer: { en: 'Reviewer', fr: 'Relecture', es: 'Revisión', ru: 'Проверяющий', zh: '审核人', ar: 'مراجع' },
  },
  blobs: { columns: [{ table: 'picture', column: 'sha256' }], quotaBytes: 10_737_418_240 },
  checks: [
    {
      name: 'every approved version was submitted by one person and approved by another, each with a token',
      sql: `select article_id, number from article_version where state = 'approved'
        and (submission_token is null or approval_token is null or submitted_by is null or decided_by is null
          or submitted_by = decided_by)`,
    },
    {
      name: 'every version that was submitted has an English text',
      sql: `select v.article_id, v.number from article_version v
        left join article_text t on t.article_id = v.article_id and t.version_number = v.number and t.language = 'en'
        where v.state in ('submitted', 'approved', 'rejected') and coalesce(t.title, '') = ''`,
    },
    {
      name: 'no article has two versions that wait for a decision',
      sql: `select article_id from article_version where state in ('draft', 'submitted') group by article_id having count(*) > 1`,
    },
    {
      name: 'versions of an article are numbered without a gap',
      sql: 'select article_id from article_version group by article_id having max(number) <> count(*)',
    },
    {
      name: 'only approved versions are withdrawn, each with a token',
      sql: `select w.article_id, w.version_number from article_withdrawal w
        join article_version v on v.article_id = w.article_id and v.number = w.version_number
        where v.state <> 'approved' or w.withdrawal_token = ''`,
    },
    {
      name: 'every approval stands in the history with its digest',
      sql: `select v.article_id, v.number from article_version v where v.state = 'approved' and not exists (
        select from article_event e where e.article_id = v.article_id and e.version_number = v.number
          and e.kind = 'approved' and e.digest is not null and e.account_id = v.decided_by)`,
    },
  ],
  edition: {
    origin: 'www',
    tables: ['picture', 'article_version', 'article_text', 'article_withdrawal'],
    approvals: { publish: ['article.submit', 'article.approve'], withdraw: ['article.withdraw'] },
  },
  repair: {
    columns: [{ table: 'article_version', column: 'revision', merge: 'counter' }],
    volatile: VOLATILE,
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
