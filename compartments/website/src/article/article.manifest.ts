import type { CompartmentManifest } from '@bulkhead/contracts';

const FORM_BYTES = 1_048_576;
const UPLOAD_BYTES = 5 * 1024 * 1024 + 262_144;

const newsroom = { origin: 'newsroom', maxBodyBytes: 0, writes: [] };
const both = { ...newsroom, roles: ['editor', 'reviewer'] };
const editor = { ...newsroom, roles: ['editor'] };
const reviewer = { ...newsroom, roles: ['reviewer'] };

const DRAFT = ['article_version', 'article_text', 'article_event', 'article_address', 'draft_copy'];
const PICTURE = ['picture', 'picture_rendition'];
const COPY = ['draft_copy'];
/** The fields of one language with their tree. */
const COPY_BYTES = 786_432;
const VERSION = ['article_version', 'article_text', 'article_event'];
const DECISION = ['article_version', 'article_event'];

/** Times, ids of accounts, and what holds numbers drawn by this database: they differ between two runs of one story. */
export const NEWSROOM_VOLATILE = Object.entries({
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
  search_entry: ['visible_from'],
  draft_copy: ['account_id', 'saved_at'],
  preview_link: ['secret_sha256', 'created_by', 'created_at', 'expires_at'],
}).flatMap(([table, columns]) => columns.map((column) => ({ table, column })));

/** The addresses of the newsroom. */
export const NEWSROOM_ROUTES: CompartmentManifest['routes'] = [
  { ...newsroom, id: 'asset.read', perMinute: 2000, roles: [], method: 'GET', path: '/assets/:file' },
  { ...both, id: 'article.list', method: 'GET', path: '/' },
  { ...editor, id: 'article.begin', method: 'GET', path: '/articles/new' },
  { ...editor, id: 'article.create', method: 'POST', path: '/articles', writes: ['article', ...DRAFT], maxBodyBytes: FORM_BYTES },
  { ...both, id: 'article.export', method: 'GET', path: '/export', perMinute: 600 },
  { ...both, id: 'article.show', method: 'GET', path: '/articles/:id' },
  { ...editor, id: 'copy.keep', method: 'POST', path: '/copies', writes: COPY, maxBodyBytes: COPY_BYTES, perMinute: 240 },
  { ...editor, id: 'copy.drop', method: 'POST', path: '/copies/drop', writes: COPY, maxBodyBytes: 1024 },
  { ...editor, id: 'presence.tell', method: 'POST', path: '/presence', maxBodyBytes: 1024, perMinute: 120 },
  { ...editor, id: 'picture.add', method: 'POST', path: '/pictures', writes: PICTURE, maxBodyBytes: UPLOAD_BYTES },
  { ...newsroom, id: 'preview.read', roles: ['signed-in'], method: 'GET', path: '/previews/:secret/:language' },
  {
    ...both,
    id: 'preview.share',
    method: 'POST',
    path: '/articles/:id/versions/:number/share',
    writes: ['preview_link', 'article_event'],
    maxBodyBytes: 1024,
  },
  {
    ...editor,
    id: 'version.restore',
    method: 'POST',
    path: '/articles/:id/versions/:number/restore',
    writes: ['article_version', 'article_text', 'article_event', 'article_address'],
    maxBodyBytes: 1024,
  },
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
    writes: [...VERSION, ...PICTURE],
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
  // Whoever reads a shared preview sees its pictures: their names are digests that nobody guesses.
  { ...newsroom, id: 'picture.read', roles: ['signed-in'], method: 'GET', path: '/pictures/:digest' },
  {
    ...editor,
    id: 'version.discard',
    method: 'POST',
    path: '/articles/:id/versions/:number/discard',
    writes: [...DECISION, 'article_address'],
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
    writes: [...DECISION, 'article_address', 'search_entry'],
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
];

/** What holds of every article, whoever wrote its rows. */
export const NEWSROOM_CHECKS: CompartmentManifest['checks'] = [
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
  {
    name: 'the addresses of every approved version are kept for its article',
    sql: `select v.article_id, v.number from article_version v where v.state = 'approved' and v.article_id > 0 and not exists (
        select from article_address a where a.article_id = v.article_id and a.is_kept)`,
  },
  {
    name: 'every topic, body and contact point that an approved version names is an article',
    sql: `select v.article_id, v.number, n.id from article_version v
        cross join lateral (
          select jsonb_array_elements(coalesce(v.subjects->'topics', '[]') || coalesce(v.subjects->'bodies', '[]')
            || coalesce(v.subjects->'contacts', '[]'))::int as id) n
        where v.state = 'approved' and not exists (select from article a where a.id = n.id)`,
  },
];
