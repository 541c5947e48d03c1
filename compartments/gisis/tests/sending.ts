import { z } from 'zod';
import type { Registry, TestPerson } from './booted-registry.ts';

export const SUPPLIER: TestPerson = { name: 'Sal the supplier', delegation: 'secretariat', roles: ['data-supplier'] };

const countsSchema = z.object({
  added: z.number(),
  changed: z.number(),
  same: z.number(),
  refused: z.number(),
  asked: z.number(),
});
const lookSchema = z.object({
  id: z.string(),
  state: z.string(),
  doneRows: z.number(),
  counts: countsSchema,
  check: z
    .object({ state: z.string(), at: z.string(), rows: z.number(), counts: countsSchema, fault: z.string().nullable() })
    .nullable(),
});
export type Look = z.infer<typeof lookSchema>;
export type Sender = {
  /** Sends a file and answers the address of its import, or the page that refused it. */
  readonly send: (
    module: string,
    as: TestPerson,
    content: string | Uint8Array<ArrayBuffer>,
    given?: { readonly name?: string; readonly since?: string; readonly source?: string },
  ) => Promise<{ readonly status: number; readonly path: string; readonly text: string }>;
  readonly look: (path: string, as: TestPerson) => Promise<Look>;
  /** Carries a file out as far as one request does. */
  readonly carry: (module: string, path: string, as: TestPerson, form?: Record<string, string>) => Promise<number>;
};

/** Sends files as a browser does. */
export function senderOf({ ask }: Pick<Registry, 'ask'>): Sender {
  const look = async (path: string, as: TestPerson): Promise<Look> => {
    const { text } = await ask({ path, as, headers: { accept: 'application/json' } });
    return lookSchema.parse(JSON.parse(text));
  };
  return {
    look,
    send: async (module, as, content, { name = 'records.csv', since = '', source = 'A list of the test' } = {}) => {
      const form = new FormData();
      form.set('source', source);
      form.set('since', since);
      form.set('file', new File([content], name));
      const encoded = new Response(form);
      const body = Buffer.from(await encoded.arrayBuffer());
      const headers = { 'content-type': String(encoded.headers.get('content-type')) };
      const { status, headers: told, text } = await ask({ path: `/${module}/import`, as, body, headers });
      return { status, text, path: String(told.location ?? '') };
    },
    carry: async (module, path, as, form = {}) => {
      const { check } = await look(path, as);
      const id = path.split('/').at(-1) ?? '';
      const sent = { checked: check?.at ?? '', ...form };
      return (await ask({ path: `/${module}/import/${id}`, as, form: sent })).status;
    },
  };
}
