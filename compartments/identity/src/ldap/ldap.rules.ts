import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { isLanguage, isLoopbackHost, isOuterAddress } from '@bulkhead/web';
import type { ExternalPerson } from '#federation/federation.rules.ts';
import { readRoleMap } from '#federation/role-map.rules.ts';
import type { OfferedRole } from '#role/role.rules.ts';
import { isDn, isDnTemplate, isFilterTemplate, sameDn } from './name.rules.ts';

export const WAYS = ['search', 'template'] as const;
export type Way = (typeof WAYS)[number];

/** An organisation's own LDAP server. */
export type LdapServer = {
  readonly id: string;
  readonly name: string;
  readonly delegationId: string;
  /** `ldaps://host:port`, or `ldap://host:port` with StartTLS. */
  readonly url: string;
  /** PEM: what its certificate must lead to; null for the public authorities. */
  readonly certificates: string | null;
  /** How a name becomes an entry: looked for by an account of ours there, or put into a DN. */
  readonly way: Way;
  readonly bindDn: string;
  readonly sealedSecret: string | null;
  readonly dnTemplate: string;
  readonly base: string;
  /** With `{name}`; whoever it does not match is nobody. */
  readonly filter: string;
  readonly subjectAttribute: string;
  readonly nameAttribute: string;
  readonly mailAttribute: string;
  readonly groupAttribute: string;
  /** Where groups are looked for by their members; empty where entries name their groups. */
  readonly groupBase: string;
  readonly emailDomains: readonly string[];
  /** Group → `compartment/role`. */
  readonly roleMap: Readonly<Record<string, string>>;
  readonly addsAccounts: boolean;
  readonly changedAt: Date;
  readonly disabledAt: Date | null;
};
export type LdapWish = Omit<LdapServer, 'sealedSecret' | 'changedAt' | 'disabledAt'>;

const TEXTS = [
  'id',
  'name',
  'delegationId',
  'url',
  'certificates',
  'way',
  'bindDn',
  'dnTemplate',
  'base',
  'filter',
  'subjectAttribute',
  'nameAttribute',
  'mailAttribute',
  'groupAttribute',
  'groupBase',
  'emailDomains',
  'roleMap',
] as const;
export type LdapField = (typeof TEXTS)[number];
export type LdapTyped = Readonly<Record<LdapField, string>> & { readonly addsAccounts: boolean };

const LONGEST_DN = 500;
const LONGEST_GROUP = 300;
const LONGEST_CERTIFICATES = 16_384;
const MOST_DOMAINS = 20;

export type LdapTerms = {
  readonly mayBeInner: boolean;
  /** `host:port` of servers at inner addresses that the estate names. */
  readonly innerServers: ReadonlySet<string>;
  readonly offered: readonly OfferedRole[];
  readonly delegations: readonly string[];
};

/** Reads what an administrator typed; which fields cannot be used is told by name. */
export function readServer(
  typed: LdapTyped,
  given: LdapTerms,
): { readonly wish: LdapWish } | { readonly faults: readonly LdapField[] } {
  const emailDomains = wordsIn(typed.emailDomains.toLowerCase());
  const roleMap = readRoleMap(typed.roleMap, given.offered, LONGEST_GROUP);
  const way = WAYS.find((one) => one === typed.way) ?? 'search';
  const isSearch = way === 'search';
  const certificates = typed.certificates.trim();
  const address = readAddress(typed.url.trim());
  const bad: Readonly<Record<LdapField, boolean>> = {
    id: !/^[a-z][a-z0-9-]{1,39}$/.test(typed.id),
    name: typed.name.trim() === '' || typed.name.length > 100,
    delegationId: !given.delegations.includes(typed.delegationId),
    url: typed.url.length > 300 || !address || !isUsableAddress(address, given),
    certificates: certificates !== '' && readCertificates(certificates) === null,
    way: way !== typed.way,
    bindDn: isSearch && !isUsableDn(typed.bindDn),
    dnTemplate: !isSearch && !(typed.dnTemplate.length <= LONGEST_DN && isDnTemplate(typed.dnTemplate)),
    base: isSearch && !isUsableDn(typed.base),
    filter: typed.filter.length > 500 || !isFilterTemplate(typed.filter, isSearch),
    subjectAttribute: !isAttribute(typed.subjectAttribute),
    nameAttribute: !isAttribute(typed.nameAttribute),
    mailAttribute: !isAttribute(typed.mailAttribute),
    groupAttribute: !isAttribute(typed.groupAttribute),
    groupBase: typed.groupBase.trim() !== '' && !isUsableDn(typed.groupBase),
    emailDomains:
      emailDomains.length === 0 ||
      emailDomains.length > MOST_DOMAINS ||
      !emailDomains.every((one) => one.length <= 253 && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(one)),
    roleMap: roleMap === null,
  };
  const faults = TEXTS.filter((field) => bad[field]);
  if (faults.length > 0 || roleMap === null) return { faults };
  const { id, delegationId, subjectAttribute, nameAttribute, mailAttribute, groupAttribute, addsAccounts } = typed;
  return {
    wish: {
      id,
      name: typed.name.trim(),
      delegationId,
      url: typed.url.trim(),
      way,
      filter: typed.filter.trim(),
      certificates: certificates === '' ? null : certificates,
      bindDn: isSearch ? typed.bindDn.trim() : '',
      dnTemplate: isSearch ? '' : typed.dnTemplate.trim(),
      base: isSearch ? typed.base.trim() : '',
      subjectAttribute,
      nameAttribute,
      mailAttribute,
      groupAttribute,
      groupBase: typed.groupBase.trim(),
      emailDomains,
      roleMap,
      addsAccounts,
    },
  };
}

/** What an administrator sees of a server that is set up. */
export function typedOf(server: LdapServer, roleMap: string): LdapTyped {
  return { ...server, certificates: server.certificates ?? '', emailDomains: server.emailDomains.join(' '), roleMap };
}

/** Why a server could not be asked: it is not there, does no TLS, or shows a certificate that leads nowhere. */
export type TalkFault = 'unreachable' | 'no tls' | 'certificate';
/** Or it is set up in a way that cannot work. */
export type LdapFault = TalkFault | 'address' | 'secret' | 'bind' | 'base';

export type LdapAddress = { readonly isTlsFirst: boolean; readonly host: string; readonly port: number };

/** Reads the address of a server: a scheme, a host and maybe a port, nothing else. Null for what is none. */
export function readAddress(text: string): LdapAddress | null {
  const found = /^(ldaps?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)(?::(\d{1,5}))?$/i.exec(text);
  if (!found) return null;
  const isTlsFirst = found[1]?.toLowerCase() === 'ldaps';
  const host = (found[2] ?? '').replace(/^\[|\]$/g, '').toLowerCase();
  const port = found[3] === undefined ? (isTlsFirst ? 636 : 389) : Number(found[3]);
  const isNumber = /^[\d.]+$/.test(host) || host.includes(':');
  if (port < 1 || port > 65_535 || (isNumber && isIP(host) === 0)) return null;
  return { isTlsFirst, host, port };
}

/** Whether a server may stand at an inner address: in an estate that is only tried out, or if the estate file names it. */
export function mayStandInside(
  address: Pick<LdapAddress, 'host' | 'port'>,
  given: Pick<LdapTerms, 'mayBeInner' | 'innerServers'>,
): boolean {
  return given.mayBeInner || given.innerServers.has(`${address.host}:${address.port}`);
}

/** Whether an address can be asked, as far as it says itself; what a name leads to is judged when it is asked. */
export function isUsableAddress(
  address: Pick<LdapAddress, 'host' | 'port'>,
  given: Pick<LdapTerms, 'mayBeInner' | 'innerServers'>,
): boolean {
  const { host } = address;
  const isInner = isIP(host) === 0 ? isLoopbackHost(host) : !isOuterAddress(host);
  return !isInner || mayStandInside(address, given);
}

/** The certificates of a PEM text; null if there is something else in it, or none. */
export function readCertificates(pem: string): readonly X509Certificate[] | null {
  if (pem.length > LONGEST_CERTIFICATES) return null;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  const rest = blocks.reduce((text, block) => text.replace(block, ''), pem);
  if (blocks.length === 0 || blocks.length > 10 || rest.trim() !== '') return null;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    // What OpenSSL cannot read is no certificate; the form says so.
    return null;
  }
}

function isUsableDn(text: string): boolean {
  return text.trim().length <= LONGEST_DN && isDn(text.trim());
}

function isAttribute(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9-]{0,60}$/.test(text);
}

function wordsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((one) => one !== ''))];
}

/** RFC 2798, 2.7: what few directories hold, and all understand. */
export const LANGUAGE_ATTRIBUTE = 'preferredLanguage';

/** An entry as a server told it: attributes in small letters, each with its values. */
export type Entry = { readonly dn: string; readonly attributes: ReadonlyMap<string, readonly Buffer[]> };

/**
 * Whom an entry means. Its address counts if it is of an allowed domain: the administrator who set the server up vouches for that.
 * @param groups the groups that name the entry as a member, beside those that it names itself
 * @returns null for an entry without its identifier
 */
export function readEntry(
  entry: Entry,
  server: Pick<
    LdapServer,
    'subjectAttribute' | 'nameAttribute' | 'mailAttribute' | 'groupAttribute' | 'emailDomains' | 'roleMap'
  >,
  groups: readonly string[],
): ExternalPerson | null {
  const values = (name: string) => entry.attributes.get(name.toLowerCase()) ?? [];
  const texts = (name: string) => values(name).flatMap((value) => readText(value) ?? []);
  const subject = subjectOf(entry, server);
  if (subject === null) return null;
  const mails = texts(server.mailAttribute).map((mail) => mail.trim().toLowerCase());
  const email = mails.find(
    (mail) => mail.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(mail) && server.emailDomains.includes(mail.split('@').at(-1) ?? ''),
  );
  const name = texts(server.nameAttribute).find((one) => one.trim() !== '');
  const language = (texts(LANGUAGE_ATTRIBUTE)[0] ?? '').slice(0, 2).toLowerCase();
  const had = [...groups, ...texts(server.groupAttribute)].slice(0, 1000).map(sameDn);
  const roles = Object.entries(server.roleMap).flatMap(([group, role]) => (had.includes(sameDn(group)) ? [role] : []));
  return {
    subject,
    email: email ?? null,
    name: (name ?? email ?? '').trim().normalize('NFC').slice(0, 200) || 'LDAP',
    language: isLanguage(language) ? language : 'en',
    roles: [...new Set(roles)],
  };
}

/** By what an entry is known, whatever its name becomes. */
export function subjectOf(entry: Entry, server: Pick<LdapServer, 'subjectAttribute'>): string | null {
  const [identifier] = entry.attributes.get(server.subjectAttribute.toLowerCase()) ?? [];
  return identifier && identifier.length > 0 && identifier.length <= 1024 ? writeSubject(identifier) : null;
}

function readText(value: Buffer): string | null {
  const text = value.toString('utf8');
  return Buffer.from(text, 'utf8').equals(value) && text.length <= 1000 && !/\p{Cc}/u.test(text) ? text : null;
}

// An identifier may be bytes, such as objectGUID: those are written in hexadecimal. What is long is hashed.
function writeSubject(value: Buffer): string {
  const text = readText(value);
  const written = text !== null && /^[\x21-\x7e]+$/.test(text) ? text : `hex:${value.toString('hex')}`;
  return written.length <= 255 ? written : `sha256:${createHash('sha256').update(value).digest('hex')}`;
}
