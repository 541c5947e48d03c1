import { isPlainText } from '#site/plain-text.rules.ts';
import { MOST_SHOWN, type ScimPerson, versionOfUser, writeUser } from './scim.rules.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';
const ENDPOINTS = { User: 'Users', Group: 'Groups' } as const;

/** A User as it is shown (RFC 7643, 4.1). */
export function userResource(
  person: ScimPerson & { readonly groups: readonly { readonly id: string; readonly displayName: string }[] },
  base: string,
) {
  return {
    schemas: [USER_SCHEMA],
    id: person.id,
    ...writeUser(person),
    groups: person.groups.map(({ id, displayName }) => ({
      value: id,
      display: displayName,
      $ref: `${base}/Groups/${id}`,
      type: 'direct',
    })),
    meta: {
      resourceType: 'User',
      created: person.createdAt.toISOString(),
      lastModified: person.changedAt.toISOString(),
      location: `${base}/Users/${person.id}`,
      version: versionOfUser(person),
    },
  };
}

/** A Group: a role that the delegation holds, and who holds it (RFC 7643, 4.2). */
export function groupResource(
  group: {
    readonly id: string;
    readonly displayName: string;
    readonly members: readonly { readonly id: string; readonly displayName: string }[];
  },
  given: { readonly base: string; readonly version: string; readonly withMembers: boolean },
) {
  const { base } = given;
  return {
    schemas: [GROUP_SCHEMA],
    id: group.id,
    displayName: group.displayName,
    ...(given.withMembers
      ? {
          members: group.members.map(({ id, displayName }) => ({
            value: id,
            ...(isPlainText(displayName) ? { display: displayName } : {}),
            $ref: `${base}/Users/${id}`,
            type: 'User',
          })),
        }
      : {}),
    meta: { resourceType: 'Group', location: `${base}/Groups/${group.id}`, version: given.version },
  };
}

export function listOf(resources: readonly unknown[], given: { readonly total: number; readonly startIndex: number }) {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: given.total,
    startIndex: given.startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

export function faultOf(status: number, detail: string, scimType?: string) {
  return { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType === undefined ? {} : { scimType }), detail };
}

/** What this service can do (RFC 7643, 5). */
export function serviceConfig(base: string) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MOST_SHOWN },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A token made by an administrator on the page of the delegation.',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}

export function resourceTypes(base: string) {
  return (['User', 'Group'] as const).map((name) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint: `/${ENDPOINTS[name]}`,
    schema: name === 'User' ? USER_SCHEMA : GROUP_SCHEMA,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  }));
}

type Shape = {
  readonly type?: 'string' | 'boolean' | 'complex' | 'reference';
  readonly isRequired?: true;
  readonly isMany?: true;
  readonly isExact?: true;
  readonly isUnique?: true;
  readonly isReadOnly?: true;
  readonly isImmutable?: true;
  readonly parts?: readonly unknown[];
};

function attribute(name: string, description: string, shape: Shape = {}) {
  return {
    name,
    type: shape.type ?? 'string',
    multiValued: shape.isMany ?? false,
    description,
    required: shape.isRequired ?? false,
    caseExact: shape.isExact ?? false,
    mutability: shape.isReadOnly ? 'readOnly' : shape.isImmutable ? 'immutable' : 'readWrite',
    returned: 'default',
    uniqueness: shape.isUnique ? 'server' : 'none',
    ...(shape.parts ? { subAttributes: shape.parts } : {}),
  };
}

/** The attributes that are kept, and no others (RFC 7643, 7). */
export function schemas(base: string) {
  const value = (description: string) => attribute('value', description);
  const user = [
    attribute('userName', 'The name by which the organisation knows the person.', { isRequired: true, isUnique: true }),
    attribute('externalId', 'The id of the person in the organisation’s directory.', { isExact: true }),
    attribute('name', 'The parts of the name.', {
      type: 'complex',
      parts: [
        attribute('formatted', 'The whole name.'),
        attribute('familyName', 'The family name.'),
        attribute('givenName', 'The given name.'),
      ],
    }),
    attribute('displayName', 'The name that is shown.'),
    attribute('preferredLanguage', 'One of ar, zh, en, fr, ru, es.'),
    attribute('active', 'Whether the account is in use.', { type: 'boolean' }),
    attribute('emails', 'The address. One is kept: the primary one, or the one at work, or the first.', {
      type: 'complex',
      isMany: true,
      parts: [
        value('The address.'),
        attribute('type', 'Always “work”.'),
        attribute('primary', 'Always true.', { type: 'boolean' }),
      ],
    }),
    attribute('groups', 'The roles that are held.', {
      type: 'complex',
      isMany: true,
      isReadOnly: true,
      parts: [value('The id of the Group.'), attribute('display', 'The role.')],
    }),
  ];
  const group = [
    attribute('displayName', 'The role, as compartment/role.', { isRequired: true, isReadOnly: true }),
    attribute('members', 'Who holds the role.', {
      type: 'complex',
      isMany: true,
      parts: [
        attribute('value', 'The id of a User.', { isImmutable: true, isExact: true }),
        attribute('display', 'The name that is shown.', { isReadOnly: true }),
      ],
    }),
  ];
  const of = (id: string, name: string, attributes: readonly unknown[]) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    description: name,
    attributes,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  });
  return [of(USER_SCHEMA, 'User', user), of(GROUP_SCHEMA, 'Group', group)];
}
