import { type ErrorCode, EstateError, type Log } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, transactFor } from '@bulkhead/web';
import { type OfferedRole, writeRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { SessionChange } from '#session/session.actions.ts';
import {
  addUser,
  changeMembers,
  changeUser,
  getGroup,
  getUser,
  groupIdOf,
  listGroupRoles,
  listUsers,
  type PersonWithRoles,
  removeUser,
  type ScimDeps,
  type ScimGroup,
  versionOfGroup,
} from './scim.actions.ts';
import { type Attributes, attributeOf, isAttributes, readFilter, readPageOf, readUser, writeUser } from './scim.rules.ts';
import { patchMembers, patchUser, readMembers, readOperations, requireSameGroup } from './scim-patch.rules.ts';
import {
  faultOf,
  groupResource,
  listOf as listResponse,
  resourceTypes,
  schemas,
  serviceConfig,
  userResource,
} from './scim-resource.rules.ts';
import type { ScimTokens } from './scim-token.actions.ts';
import type { ScimToken } from './scim-token.rules.ts';

type Deps = Pick<SessionChange, 'feed' | 'now'> & {
  readonly database: Database<Schema>;
  readonly tokens: ScimTokens;
  readonly offered: readonly OfferedRole[];
  readonly origin: string;
  readonly newId: () => string;
  readonly log: Log;
};
type Reply = {
  readonly status?: number;
  readonly body: unknown;
  readonly version?: string;
  readonly location?: string;
};
type Told = { readonly status: number; readonly scimType?: string };

const BASE = '/scim/v2';
const DEEPEST = 12;
/** What a refusal is in SCIM (RFC 7644, 3.12). */
const FAULTS: Partial<Record<ErrorCode, Told>> = {
  'request.unauthenticated': { status: 401 },
  'request.forbidden': { status: 403 },
  'request.not_found': { status: 404 },
  'account.unknown_delegation': { status: 403 },
  'account.beyond_reach': { status: 403 },
  'account.last_administrator': { status: 403 },
  'account.wrong_state': { status: 403 },
  'account.email_taken': { status: 409, scimType: 'uniqueness' },
  'grant.exists': { status: 409, scimType: 'uniqueness' },
  'grant.not_held': { status: 403 },
  'input.invalid': { status: 400, scimType: 'invalidSyntax' },
  'input.too_large': { status: 413 },
  'scim.invalid_filter': { status: 400, scimType: 'invalidFilter' },
  'scim.invalid_path': { status: 400, scimType: 'invalidPath' },
  'scim.invalid_value': { status: 400, scimType: 'invalidValue' },
  'scim.mutability': { status: 400, scimType: 'mutability' },
  'scim.no_target': { status: 400, scimType: 'noTarget' },
  'scim.changed': { status: 412 },
  'postgres.read_only': { status: 503 },
};

/** SCIM 2.0 (RFC 7643, 7644): an organisation's directory tells of joiners and leavers of its delegation. */
export function addScimRoutes(app: CompartmentApp, deps: Deps): void {
  const base = `${deps.origin}${BASE}`;
  const tell = (path: string, read: (c: CompartmentContext) => unknown) =>
    app.get(`${BASE}${path}`, (c) => answer(c, deps, async () => ({ body: read(c) })));
  tell('/ServiceProviderConfig', () => serviceConfig(base));
  tell('/Schemas', () => whole(schemas(base)));
  tell('/Schemas/:id', (c) => oneOf(schemas(base), c.req.param('id')));
  tell('/ResourceTypes', () => whole(resourceTypes(base)));
  tell('/ResourceTypes/:id', (c) => oneOf(resourceTypes(base), c.req.param('id')));
  addUserRoutes(app, deps);
  addGroupRoutes(app, deps);
}

function addUserRoutes(app: CompartmentApp, deps: Deps): void {
  app.get(`${BASE}/Users`, (c) =>
    answer(c, deps, async (acting, token) => {
      const terms = readFilter(c.req.query('filter'), ['username', 'externalid', 'emails.value', 'displayname']);
      const page = readPageOf({ startIndex: c.req.query('startIndex'), count: c.req.query('count') });
      const { people, total } = await listUsers(acting, token, { terms, page });
      const shown = people.map((person) => replyOfUser(deps, person).body);
      return { body: listResponse(shown, { total, startIndex: page.startIndex }) };
    }),
  );
  app.get(`${BASE}/Users/:id`, (c) =>
    answer(c, deps, async (acting, token) => replyOfUser(deps, await getUser(acting, token, idIn(c)))),
  );
  app.post(`${BASE}/Users`, (c) =>
    answer(c, deps, async (acting, token) => {
      const reply = replyOfUser(deps, await addUser(acting, token, readUser(bodyOf(c))));
      return { ...reply, status: 201 };
    }),
  );
  app.put(`${BASE}/Users/:id`, (c) =>
    answer(c, deps, async (acting, token) => {
      const body = bodyOf(c);
      const asked = { id: idIn(c), ifMatch: c.req.header('if-match') };
      return replyOfUser(deps, await changeUser(acting, token, { ...asked, wish: (before) => readUser(body, before) }));
    }),
  );
  app.patch(`${BASE}/Users/:id`, (c) =>
    answer(c, deps, async (acting, token) => {
      const operations = readOperations(bodyOf(c));
      const asked = { id: idIn(c), ifMatch: c.req.header('if-match') };
      const changed = await changeUser(acting, token, {
        ...asked,
        wish: (before) => readUser(patchUser(writeUser(before), operations), before),
      });
      return replyOfUser(deps, changed);
    }),
  );
  app.delete(`${BASE}/Users/:id`, (c) =>
    answer(c, deps, async (acting, token) => {
      await removeUser(acting, token, { id: idIn(c), ifMatch: c.req.header('if-match') });
      return { status: 204, body: null };
    }),
  );
}

function addGroupRoutes(app: CompartmentApp, deps: Deps): void {
  app.get(`${BASE}/Groups`, (c) =>
    answer(c, deps, async (acting, token) => {
      const [...terms] = readFilter(c.req.query('filter'), ['displayname']);
      const page = readPageOf({ startIndex: c.req.query('startIndex'), count: c.req.query('count') });
      const all = (await listGroupRoles(acting, token)).filter((role) =>
        terms.every(({ value }) => writeRole(role).toLowerCase() === value.toLowerCase()),
      );
      const from = page.startIndex - 1;
      const shown = [];
      for (const role of all.slice(from, from + page.count))
        shown.push(replyOfGroup(c, deps, await getGroup(acting, token, groupIdOf(role))).body);
      return { body: listResponse(shown, { total: all.length, startIndex: page.startIndex }) };
    }),
  );
  app.get(`${BASE}/Groups/:id`, (c) =>
    answer(c, deps, async (acting, token) => replyOfGroup(c, deps, await getGroup(acting, token, idIn(c)))),
  );
  app.put(`${BASE}/Groups/:id`, (c) =>
    answer(c, deps, async (acting, token) => {
      const body = bodyOf(c);
      const asked = { id: idIn(c), ifMatch: c.req.header('if-match') };
      const members = (group: ScimGroup) => {
        requireSameGroup('displayName', attributeOf(body, 'displayName'), group.displayName);
        const told = attributeOf(body, 'members');
        return new Set(told === undefined || told === null ? [] : readMembers(told));
      };
      return replyOfGroup(c, deps, await changeMembers(acting, token, { ...asked, members }));
    }),
  );
  app.patch(`${BASE}/Groups/:id`, (c) =>
    answer(c, deps, async (acting, token) => {
      const operations = readOperations(bodyOf(c));
      const asked = { id: idIn(c), ifMatch: c.req.header('if-match') };
      const members = (group: ScimGroup) =>
        patchMembers({ displayName: group.displayName, members: new Set(group.members.map(({ id }) => id)) }, operations);
      return replyOfGroup(c, deps, await changeMembers(acting, token, { ...asked, members }));
    }),
  );
  app.post(`${BASE}/Groups`, (c) =>
    answer(c, deps, async (acting, token) => {
      const name = attributeOf(bodyOf(c), 'displayName');
      if ((await listGroupRoles(acting, token)).some((role) => writeRole(role) === name))
        throw new EstateError('grant.exists', 'this Group is there: it is a role that the delegation holds');
      throw new EstateError('request.forbidden', 'groups are the roles that the delegation holds, and none can be added');
    }),
  );
  app.delete(`${BASE}/Groups/:id`, (c) =>
    answer(c, deps, async (acting, token) => {
      await getGroup(acting, token, idIn(c));
      throw new EstateError('request.forbidden', 'groups are the roles that the delegation holds, and none can be removed');
    }),
  );
}

/** Judges the token, runs, and answers as SCIM wants it, refusals too. */
async function answer(
  c: CompartmentContext,
  deps: Deps,
  run: (acting: ScimDeps, token: ScimToken) => Promise<Reply>,
): Promise<Response> {
  try {
    const token = await deps.tokens.find(c.req.header('authorization'));
    const acting = { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
    const reply = await run(acting, token);
    if (c.req.method === 'GET' && reply.version !== undefined && c.req.header('if-none-match') === reply.version)
      return send({ status: 304, body: null, version: reply.version });
    return send(reply);
  } catch (error) {
    const told = error instanceof EstateError ? FAULTS[error.code] : undefined;
    if (!(error instanceof EstateError) || !told) throw error;
    deps.log.info({ code: error.code, requestId: c.var.requestId }, 'refusing a directory');
    const body = faultOf(told.status, error.message, told.scimType);
    const response = send({ status: told.status, body });
    if (told.status === 401) response.headers.set('www-authenticate', 'Bearer realm="scim"');
    return response;
  }
}

function send({ status = 200, body, version, location }: Reply): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (version !== undefined) headers.set('etag', version);
  if (location !== undefined) headers.set('location', location);
  if (body === null) return new Response(null, { status, headers });
  headers.set('content-type', 'application/scim+json; charset=utf-8');
  return new Response(JSON.stringify(body), { status, headers });
}

function replyOfUser(deps: Deps, person: PersonWithRoles): Reply {
  const groups = person.groups.map((role) => ({ id: groupIdOf(role), displayName: writeRole(role) }));
  const body = userResource({ ...person, groups }, `${deps.origin}${BASE}`);
  return { body, version: body.meta.version, location: body.meta.location };
}

function replyOfGroup(c: CompartmentContext, deps: Deps, group: ScimGroup): Reply {
  const version = versionOfGroup(group);
  const left = (c.req.query('excludedAttributes') ?? '').toLowerCase().split(',');
  const withMembers = !left.some((name) => name.trim() === 'members');
  const body = groupResource(group, { base: `${deps.origin}${BASE}`, version, withMembers });
  return { body, version, location: body.meta.location };
}

function whole(resources: readonly unknown[]) {
  return listResponse(resources, { total: resources.length, startIndex: 1 });
}

function oneOf<Resource extends { readonly id: string }>(resources: readonly Resource[], id: string | undefined): Resource {
  const found = resources.find((one) => one.id === id);
  if (found) return found;
  throw new EstateError('request.not_found', 'there is none with this id');
}

function idIn(c: CompartmentContext): string {
  return (c.req.param('id') ?? '').slice(0, 200);
}

/** @throws EstateError `input.invalid` */
function bodyOf(c: CompartmentContext): Attributes {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/(?:scim\+)?json(?:\s*;.*)?$/i.test(type))
    throw new EstateError('input.invalid', 'the content type must be application/scim+json');
  const body = parse(Buffer.from(c.var.body).toString('utf8'));
  if (isAttributes(body) && isShallow(body, DEEPEST)) return body;
  throw new EstateError('input.invalid', 'the body must be a JSON object, and not deeply nested');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EstateError('input.invalid', 'the body is not JSON', { cause });
  }
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1));
}
