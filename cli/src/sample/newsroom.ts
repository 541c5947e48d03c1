import { REQUEST_ID_HEADER } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { listForms, type Page, type SignInAccount, signIn, Visitor } from '@bulkhead/visitor';
import { z } from 'zod';

const versionSchema = z.object({ id: z.number().int(), number: z.number().int(), digest: z.string() });
/** A version of an article: what the newsroom answers to whoever creates, changes or submits one, and to which request. */
export type Version = z.infer<typeof versionSchema> & { readonly requestId: string };

/** A person of the newsroom at work: signs in once, then writes, submits and approves as the forms do. */
export class NewsroomMember {
  readonly #visitor: Visitor;
  readonly #origin: string;
  readonly #account: SignInAccount;
  readonly #now: Now;
  readonly #headers: Readonly<Record<string, string>>;

  /**
   * @param options.from which of this machine's addresses the person comes from;
   * @param options.cookies somebody else's, to act in their session without signing in
   */
  constructor(options: {
    readonly origin: string;
    readonly address: string;
    readonly account: SignInAccount;
    readonly now: Now;
    readonly certificates?: string | undefined;
    readonly from?: string | undefined;
    readonly cookies?: string | undefined;
  }) {
    this.#visitor = new Visitor({
      address: options.address,
      ...(options.certificates ? { certificates: options.certificates } : {}),
      ...(options.from ? { from: options.from } : {}),
    });
    this.#headers = options.cookies === undefined ? {} : { cookie: options.cookies };
    this.#origin = options.origin;
    this.#account = options.account;
    this.#now = options.now;
  }

  /** @throws EstateError `request.unauthenticated` */
  async signIn(): Promise<void> {
    const page = await signIn(this.#visitor, `${this.#origin}/`, this.#account, this.#now);
    if (page.status !== 200 || new URL(page.url).origin !== this.#origin) {
      throw new EstateError(
        'request.unauthenticated',
        `signing in to the newsroom: arrived at ${page.url} with status ${page.status}`,
      );
    }
  }

  get email(): string {
    return this.#account.email;
  }

  /** What whoever steals the session holds. */
  get cookies(): string {
    return this.#visitor.cookiesFor(new URL(this.#origin).host);
  }

  createDraft(fields: Readonly<Record<string, string>>): Promise<Version> {
    return this.#send('/articles', fields);
  }

  /** Begins a new version of an article that is public. */
  beginUpdate(articleId: number): Promise<Version> {
    return this.#send(`/articles/${articleId}/versions`, {});
  }

  /** Opens the form of a draft, changes some of its fields, and saves it. */
  async change(version: Version, fields: Readonly<Record<string, string>>): Promise<Version> {
    const path = `/articles/${version.id}/versions/${version.number}`;
    return this.#send(path, { ...(await this.#readForm(`${path}/edit`, path)), ...fields });
  }

  /** Adds a picture to a draft, with its description in each language. */
  async addPicture(version: Version, picture: File, fields: Readonly<Record<string, string>>): Promise<Version> {
    const path = `/articles/${version.id}/versions/${version.number}/picture`;
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...(await this.#readForm(path, path)), ...fields })) form.set(name, value);
    form.set('picture', picture);
    return this.#send(path, form);
  }

  submit(version: Version): Promise<Version> {
    return this.#send(`/articles/${version.id}/versions/${version.number}/submit/${version.digest}`, {});
  }

  approve(version: Version): Promise<Version> {
    return this.#send(`/articles/${version.id}/versions/${version.number}/approve/${version.digest}`, {});
  }

  /** Opens a page of the newsroom. */
  read(path: string): Promise<Page> {
    return this.#visitor.visit(`${this.#origin}${path}`, { redirects: 0, headers: this.#headers });
  }

  leave(): void {
    this.#visitor.leave();
  }

  async #readForm(page: string, action: string): Promise<Readonly<Record<string, string>>> {
    const found = listForms(await this.read(page)).find((form) => new URL(form.action).pathname === action);
    if (!found) throw new EstateError('wire.invalid_reply', `looking for the form ${action} on ${page}: it is not there`);
    return found.fields;
  }

  /** Sends a form, and gives back whatever is answered, JSON. @throws EstateError `wire.unreachable` when nothing is */
  offer(path: string, form: Readonly<Record<string, string>> | FormData | URLSearchParams): Promise<Page> {
    const headers = { ...this.#headers, accept: 'application/json' };
    return this.#visitor.visit(`${this.#origin}${path}`, { form, headers, redirects: 0 });
  }

  /** @throws EstateError `wire.refused` with the status when the answer is no, `wire.unreachable` when none comes */
  async #send(path: string, form: Readonly<Record<string, string>> | FormData): Promise<Version> {
    const page = await this.offer(path, form);
    if (page.status >= 300)
      throw new EstateError('wire.refused', `sending a form to ${path}: status ${page.status}: ${page.text.slice(0, 600)}`);
    const { [REQUEST_ID_HEADER]: requestId } = page.headers;
    return { ...versionSchema.parse(JSON.parse(page.text)), requestId: typeof requestId === 'string' ? requestId : '' };
  }
}
