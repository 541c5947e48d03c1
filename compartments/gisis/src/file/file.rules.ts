import { createHmac, timingSafeEqual } from 'node:crypto';
import { detectImageType } from '@bulkhead/web';
import { z } from 'zod';
import type { Field, FieldOf } from '#declaration/field.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import type { FileValue } from '#value/value.rules.ts';

/** Files with records: which fields hold one, what a file is by its contents, and what a form remembers of one that it already sent. */

export function fileFieldsAmong({ fields }: Pick<Module, 'fields'>, names: readonly string[]): readonly string[] {
  return names.filter((name) => fields[name]?.kind === 'file');
}

export function asFileField(field: Field | undefined): FieldOf<'file'> | undefined {
  return field?.kind === 'file' ? field : undefined;
}

/** What forms of a module may send in files at the most. */
export function fileBytesOf({ fields }: Pick<Module, 'fields'>): number {
  return Object.values(fields).reduce((sum, field) => sum + (field.kind === 'file' ? field.mostBytes : 0), 0);
}

/** What a file is by its first bytes, whatever it is called: a document that can be printed, or a picture. */
export function detectFile(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 5)).toString('latin1');
  return text === '%PDF-' ? 'application/pdf' : detectImageType(head);
}

const sealedSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  type: z.string(),
  bytes: z.number().int().positive(),
});

/** To whom, and to which field, a file that was sent belongs: nobody puts the file of another into a record of theirs. */
export type Sender = { readonly secret: Uint8Array; readonly accountId: string; readonly module: string; readonly field: string };

/** A file that was sent, for a form to keep while its sender mends other fields. */
export function sealFile(value: FileValue, sender: Sender): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text}.${markOf(text, sender)}`;
}

/** What a form kept; null for what we did not give it. */
export function unsealFile(sealed: string, sender: Sender): FileValue | null {
  const [text = '', mark = ''] = sealed.split('.');
  const [given, own] = [Buffer.from(mark), Buffer.from(markOf(text, sender))];
  if (sealed.length > 3000 || given.length !== own.length || !timingSafeEqual(given, own)) return null;
  const parsed = sealedSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data : null;
}

function markOf(text: string, { secret, accountId, module, field }: Sender): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([text, accountId, module, field]))
    .digest('base64url');
}

/** Headers under which a file is taken along: as what it is, never shown within a page of ours, and without any right of it. */
export function downloadHeaders({ name, type, bytes }: FileValue): Readonly<Record<string, string>> {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(-100);
  return {
    'content-type': type,
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  };
}
