import { EstateError, hasCode } from '@bulkhead/kernel';
import { outerLookup } from '@bulkhead/web';
import { EqualityFilter, type Filter, OrFilter } from 'ldapts';
import type { ExternalPerson } from '#federation/federation.rules.ts';
import { seal, sealKeyFor, unseal } from '#key/seal.rules.ts';
import {
  type Entry,
  isUsableAddress,
  LANGUAGE_ATTRIBUTE,
  type LdapFault,
  type LdapServer,
  mayStandInside,
  readAddress,
  readEntry,
  subjectOf,
} from './ldap.rules.ts';
import { fillDn, fillFilter } from './name.rules.ts';
import { openTalk, type Talk } from './talk.actions.ts';

const WHOLE_MS = 10_000;
const AT_ONCE = 16;
const MOST_GROUPS = 200;

/** Codes with which servers say that somebody, or a password, is not right (RFC 4511, appendix A). */
const REFUSALS = new Set([16, 19, 32, 34, 48, 49, 50, 53]);
const NEEDS_TLS = new Set([8, 13]);

type Fault = { readonly kind: 'fault'; readonly fault: LdapFault; readonly cause?: unknown };
export type Consulted = { readonly kind: 'person'; readonly person: ExternalPerson } | { readonly kind: 'nobody' } | Fault;

type Asked = { readonly name: string; readonly password: string };

/** Asks organisations' LDAP servers whether a name and a password belong together, and whom they mean. */
export class LdapServers {
  readonly #sealKey: Buffer;
  readonly #mayBeInner: boolean;
  readonly #innerServers: ReadonlySet<string>;
  readonly #randomBytes: (size: number) => Buffer;
  #underWay = 0;

  constructor(given: {
    readonly sealingKey: Buffer;
    readonly mayBeInner: boolean;
    readonly innerServers: ReadonlySet<string>;
    readonly randomBytes: (size: number) => Buffer;
  }) {
    this.#sealKey = sealKeyFor(given.sealingKey, 'secrets of directories');
    this.#mayBeInner = given.mayBeInner;
    this.#innerServers = given.innerServers;
    this.#randomBytes = given.randomBytes;
  }

  sealSecret(id: string, secret: string): string {
    return seal(this.#sealKey, id, secret, this.#randomBytes(12));
  }

  /**
   * Whom a server says it is. An empty password is never sent: servers answer it with success, for nobody (RFC 4513, 5.1.2) [F20].
   * @throws EstateError `request.too_many`
   */
  consult(server: LdapServer, asked: Asked): Promise<Consulted> {
    return this.#over<Consulted>(server, (talk, secret) =>
      asked.password === ''
        ? Promise.resolve({ kind: 'nobody' })
        : server.way === 'search'
          ? this.#bySearch(talk, server, { ...asked, secret })
          : byTemplate(talk, server, asked),
    );
  }

  /**
   * Whether a server can be asked at all, as it is set up. Null if so.
   * @throws EstateError `request.too_many`
   */
  async probe(server: LdapServer): Promise<Fault | null> {
    const outcome = await this.#over<Consulted>(server, async (talk, secret) => {
      if (server.way === 'template') return { kind: 'nobody' };
      if ((await talk.bind(server.bindDn, secret)) !== 0) return { kind: 'fault', fault: 'bind' };
      const found = await talk.search(server.base, { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'], most: 1 });
      return found.code === 0 ? { kind: 'nobody' } : { kind: 'fault', fault: 'base' };
    });
    return outcome.kind === 'fault' ? outcome : null;
  }

  /**
   * Of people whom a server signed in, those whom it has no more under the name that they typed, or leaves out by its filter.
   * @throws EstateError `request.too_many`
   */
  listGone(
    server: LdapServer,
    people: readonly { readonly subject: string; readonly login: string }[],
  ): Promise<{ readonly kind: 'gone'; readonly subjects: readonly string[] } | Fault> {
    return this.#over(server, async (talk, secret) => {
      if ((await talk.bind(server.bindDn, secret)) !== 0) return { kind: 'fault', fault: 'bind' };
      const subjects: string[] = [];
      for (const { subject, login } of people) {
        const asked = {
          scope: 'sub',
          filter: fillFilter(server.filter, login),
          attributes: [server.subjectAttribute],
          most: 2,
        } as const;
        const found = await talk.search(server.base, asked);
        if (found.code !== 0) return { kind: 'fault', fault: 'base' };
        if (!found.entries.some((entry) => subjectOf(entry, server) === subject)) subjects.push(subject);
      }
      return { kind: 'gone', subjects };
    });
  }

  async #over<Result>(server: LdapServer, run: (talk: Talk, secret: string) => Promise<Result | Fault>): Promise<Result | Fault> {
    if (this.#underWay >= AT_ONCE) throw new EstateError('request.too_many', 'asking a directory: too many are asked at once');
    const address = readAddress(server.url);
    const secret = server.way === 'search' ? unseal(this.#sealKey, server.id, server.sealedSecret) : '';
    if (secret === null) return { kind: 'fault', fault: 'secret' };
    const terms = { mayBeInner: this.#mayBeInner, innerServers: this.#innerServers };
    if (!address || !isUsableAddress(address, terms)) return { kind: 'fault', fault: 'address' };
    const isInside = mayStandInside(address, terms);
    this.#underWay += 1;
    try {
      const lookup = isInside ? {} : { lookup: outerLookup };
      const opened = await openTalk(address, { certificates: server.certificates, wholeMs: WHOLE_MS, ...lookup });
      if (opened.kind === 'fault') return hasCode(opened.cause, 'address.refused') ? { ...opened, fault: 'address' } : opened;
      try {
        return await run(opened.talk, secret);
      } catch (cause) {
        return { kind: 'fault', fault: 'unreachable', cause };
      } finally {
        opened.talk.close();
      }
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Looks for the one entry, and tries the password at it. For a name that nobody has, the same is asked about nobody [F22]. */
  async #bySearch(talk: Talk, server: LdapServer, asked: Asked & { readonly secret: string }): Promise<Consulted> {
    if ((await talk.bind(server.bindDn, asked.secret)) !== 0) return { kind: 'fault', fault: 'bind' };
    const filter = fillFilter(server.filter, asked.name);
    const found = await talk.search(server.base, { scope: 'sub', filter, attributes: attributesOf(server), most: 2 });
    if (found.code !== 0) return { kind: 'fault', fault: 'base' };
    const [entry] = found.entries.length === 1 ? found.entries.filter(({ dn }) => dn !== '') : [];
    const dn = entry?.dn ?? `cn=${this.#randomBytes(16).toString('hex')},${server.base}`;
    const groups = await groupsOf(talk, server, dn);
    const outcome = judge(await talk.bind(dn, entry ? asked.password : this.#randomBytes(16).toString('hex')));
    return outcome ?? (entry ? told(entry, server, groups) : { kind: 'nobody' });
  }
}

async function byTemplate(talk: Talk, server: LdapServer, asked: Asked): Promise<Consulted> {
  const dn = fillDn(server.dnTemplate, asked.name);
  const outcome = judge(await talk.bind(dn, asked.password));
  if (outcome) return outcome;
  const filter = fillFilter(server.filter, asked.name);
  const found = await talk.search(dn, { scope: 'base', filter, attributes: attributesOf(server), most: 2 });
  const [entry] = found.entries;
  if (found.code !== 0 || !entry) return { kind: 'nobody' };
  return told(entry, server, await groupsOf(talk, server, entry.dn));
}

/** Null for a password that is right. */
function judge(code: number): Exclude<Consulted, { kind: 'person' }> | null {
  if (code === 0) return null;
  if (REFUSALS.has(code)) return { kind: 'nobody' };
  return { kind: 'fault', fault: NEEDS_TLS.has(code) ? 'no tls' : 'unreachable', cause: new Error(`result code ${code}`) };
}

function told(entry: Entry, server: LdapServer, groups: readonly string[]): Consulted {
  const person = readEntry(entry, server, groups);
  return person ? { kind: 'person', person } : { kind: 'nobody' };
}

/** The groups that name an entry as a member, where entries do not name their groups. */
async function groupsOf(talk: Talk, server: LdapServer, dn: string): Promise<string[]> {
  if (server.groupBase === '') return [];
  const filters: Filter[] = ['member', 'uniqueMember'].map((attribute) => new EqualityFilter({ attribute, value: dn }));
  const filter = new OrFilter({ filters });
  const { entries } = await talk.search(server.groupBase, { scope: 'sub', filter, attributes: ['1.1'], most: MOST_GROUPS });
  return entries.map((entry) => entry.dn);
}

function attributesOf(server: LdapServer): string[] {
  const { subjectAttribute, nameAttribute, mailAttribute, groupAttribute } = server;
  return [...new Set([subjectAttribute, nameAttribute, mailAttribute, groupAttribute, LANGUAGE_ATTRIBUTE])];
}
