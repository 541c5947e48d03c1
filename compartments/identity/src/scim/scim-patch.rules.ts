import { EstateError } from '@bulkhead/kernel';
import { type Attributes, attributeOf, invalidValue, isAttributes } from './scim.rules.ts';

type Operation = { readonly op: 'add' | 'replace' | 'remove'; readonly path: string | null; readonly value: unknown };

const MOST_OPERATIONS = 100;
export const MOST_MEMBERS = 1000;
const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:user:';
const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:group:';
const EXTENSION_URN = 'urn:ietf:params:scim:schemas:extension:';
/** Attributes of a User that directories send and nobody here has a use for (RFC 7643, 4.1). */
const NOT_KEPT = new Set([
  'addresses',
  'entitlements',
  'groups',
  'ims',
  'locale',
  'nickname',
  'password',
  'phonenumbers',
  'photos',
  'profileurl',
  'roles',
  'schemas',
  'timezone',
  'title',
  'usertype',
  'x509certificates',
]);
const KEPT = new Map(
  ['userName', 'externalId', 'displayName', 'preferredLanguage', 'active', 'emails', 'name'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);
const NAME_PARTS = new Map(['givenName', 'familyName', 'formatted'].map((name) => [name.toLowerCase(), name]));

/** @throws EstateError `scim.invalid_value` */
export function readOperations(body: Attributes): Operation[] {
  const given = attributeOf(body, 'Operations');
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_OPERATIONS)
    throw invalidValue(`Operations must be a list of 1 to ${MOST_OPERATIONS}`);
  const operations: readonly unknown[] = given;
  return operations.map((one) => {
    const op = isAttributes(one) ? String(attributeOf(one, 'op')).toLowerCase() : '';
    if (!isAttributes(one) || (op !== 'add' && op !== 'replace' && op !== 'remove'))
      throw invalidValue('op must be add, replace or remove');
    const path = attributeOf(one, 'path') ?? null;
    if (path !== null && (typeof path !== 'string' || path.length > 500)) throw invalidPath('a path is not a text');
    return { op, path: path === '' ? null : path, value: attributeOf(one, 'value') };
  });
}

/**
 * Applies a PATCH to a User's attributes, as Entra ID, Okta and RFC 7644 (3.5.2) write it: all of it or nothing.
 * @throws EstateError `scim.invalid_value`, `scim.invalid_path`, `scim.no_target`, `scim.mutability`
 */
export function patchUser(user: Attributes, operations: readonly Operation[]): Attributes {
  let now = user;
  for (const { op, path, value } of operations) {
    if (path !== null) now = setAt(now, path, op === 'remove' ? undefined : value);
    else if (op === 'remove') throw new EstateError('scim.no_target', 'remove needs a path');
    else if (!isAttributes(value)) throw invalidValue('without a path, value must be an object of attributes');
    else for (const [name, each] of Object.entries(value)) now = setAt(now, name, each);
  }
  return now;
}

function setAt(user: Attributes, path: string, value: unknown): Attributes {
  const plain = path.trim().toLowerCase();
  if (plain.startsWith(EXTENSION_URN)) return user;
  const at = plain.startsWith(USER_URN) ? plain.slice(USER_URN.length) : plain;
  const [first = '', part] = at.split(/[.[]/, 2);
  if (first === 'id' || first === 'meta') return refuseReadOnly(user, first, value);
  if (NOT_KEPT.has(first)) return user;
  const name = KEPT.get(first);
  if (name === undefined) throw invalidPath('a path names an attribute that a User does not have');
  if (name === 'emails') return setEmail(user, at, value);
  if (at === first) return withAttribute(user, name, value);
  const inner = name === 'name' ? NAME_PARTS.get(part ?? '') : undefined;
  if (name !== 'name' || at !== `name.${part}`) throw invalidPath('a path leads nowhere');
  if (inner === undefined) return user;
  const before = attributeOf(user, 'name');
  return { ...user, name: withAttribute(isAttributes(before) ? before : {}, inner, value) };
}

function setEmail(user: Attributes, at: string, value: unknown): Attributes {
  const filtered = /^emails\[\s*(?:type|primary)\s+eq\s+("?)(\w+)\1\s*\](?:\.(\w+))?$/.exec(at);
  if (at === 'emails') return withAttribute(user, 'emails', isAttributes(value) ? [value] : value);
  if (!filtered && at !== 'emails.value') throw invalidPath('a path leads nowhere in emails');
  const [, , which = 'work', part = 'value'] = filtered ?? [];
  // One address is kept: the one at work, or the first.
  if ((which !== 'work' && which !== 'true') || part !== 'value') return user;
  const told = isAttributes(value) ? attributeOf(value, 'value') : value;
  return withAttribute(user, 'emails', told === undefined ? undefined : [{ value: told, type: 'work', primary: true }]);
}

function withAttribute(given: Attributes, name: string, value: unknown): Attributes {
  const rest = Object.entries(given).filter(([key]) => key.toLowerCase() !== name.toLowerCase());
  return Object.fromEntries(value === undefined ? rest : [...rest, [name, value]]);
}

/** Directories repeat the id that they got; what does not change it is let through. */
function refuseReadOnly<Kept>(kept: Kept, name: string, value: unknown): Kept {
  if (typeof value === 'string' || name === 'meta') return kept;
  throw new EstateError('scim.mutability', `${name} cannot be changed`);
}

/**
 * Applies a PATCH to a Group's members.
 * @throws EstateError `scim.invalid_value`, `scim.invalid_path`, `scim.no_target`, `scim.mutability`
 */
export function patchMembers(
  group: { readonly displayName: string; readonly members: ReadonlySet<string> },
  operations: readonly Operation[],
): Set<string> {
  let members = new Set(group.members);
  for (const { op, path, value } of operations) {
    if (path === null && op === 'remove') throw new EstateError('scim.no_target', 'remove needs a path');
    const told = path === null ? value : { [path]: value };
    if (!isAttributes(told)) throw invalidValue('without a path, value must be an object of attributes');
    for (const [name, each] of Object.entries(told)) members = changeMembers({ ...group, members }, op, name, each);
  }
  return members;
}

function changeMembers(
  group: { readonly displayName: string; readonly members: ReadonlySet<string> },
  op: Operation['op'],
  path: string,
  value: unknown,
): Set<string> {
  const plain = path.trim();
  const at = plain.toLowerCase().startsWith(GROUP_URN) ? plain.slice(GROUP_URN.length) : plain;
  const one = /^members\[\s*value\s+eq\s+"([^"\\]{1,100})"\s*\]$/i.exec(at)?.[1];
  if (one !== undefined && op === 'remove') return new Set([...group.members].filter((id) => id !== one));
  if (at.toLowerCase() === 'members') {
    if (op === 'remove' && (value === undefined || value === null)) return new Set();
    const ids = readMembers(value);
    if (op === 'add') return new Set([...group.members, ...ids]);
    return op === 'replace' ? new Set(ids) : new Set([...group.members].filter((id) => !ids.includes(id)));
  }
  requireSameGroup(at, value, group.displayName);
  return new Set(group.members);
}

/** A group is a role: what it is called is not the directory's. */
export function requireSameGroup(name: string, value: unknown, displayName: string): void {
  const known = name.toLowerCase();
  if (known === 'id' || known === 'schemas' || known === 'meta' || known === 'externalid') return;
  if (known !== 'displayname') throw invalidPath('a path names an attribute that a Group does not have');
  if (value !== displayName) throw new EstateError('scim.mutability', 'displayName of a Group is a role, and cannot be changed');
}

/** @throws EstateError `scim.invalid_value` */
export function readMembers(value: unknown): string[] {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (given.length > MOST_MEMBERS) throw invalidValue(`members: at most ${MOST_MEMBERS} at a time`);
  const ids = given.map((one) => (isAttributes(one) ? attributeOf(one, 'value') : undefined));
  return ids.map((id) => {
    if (typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id)) return id;
    throw invalidValue('members: each needs a value, the id of a User');
  });
}

function invalidPath(detail: string): EstateError {
  return new EstateError('scim.invalid_path', detail);
}
