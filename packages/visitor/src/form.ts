import type { Page } from './visitor.ts';

/** A form as it stands in a page: where it goes, and what it would send if nobody touched it. */
export type Form = { readonly action: string; readonly fields: Readonly<Record<string, string>> };

/**
 * The POST forms of a page, with their present values. It reads pages of ours (well-formed, quoted
 * attributes); it is no HTML parser.
 */
export function listForms(page: Pick<Page, 'text' | 'url'>): Form[] {
  return [...page.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)]
    .map(([, head = '', content = '']) => ({ attributes: readAttributes(head), content }))
    .filter(({ attributes }) => attributes.get('method')?.toLowerCase() === 'post')
    .map(({ attributes, content }) => ({
      action: new URL(attributes.get('action') ?? '', page.url).href,
      fields: readFields(content),
    }));
}

function readFields(content: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, head = ''] of content.matchAll(/<input\b([^>]*)>/gi)) {
    const attributes = readAttributes(head);
    const name = attributes.get('name');
    const type = attributes.get('type') ?? 'text';
    if (name === undefined || type === 'submit' || type === 'file' || attributes.has('disabled')) continue;
    if ((type === 'checkbox' || type === 'radio') && !attributes.has('checked')) continue;
    fields[name] = attributes.get('value') ?? (type === 'checkbox' ? 'on' : '');
  }
  for (const [, head = '', value = ''] of content.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/gi)) {
    const name = readAttributes(head).get('name');
    if (name !== undefined) fields[name] = decode(value.replace(/^\r?\n/, ''));
  }
  for (const [, head = '', choices = ''] of content.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/gi)) {
    const name = readAttributes(head).get('name');
    const options = [...choices.matchAll(/<option\b([^>]*)>/gi)].map(([, option = '']) => readAttributes(option));
    const chosen = options.find((option) => option.has('selected')) ?? options[0];
    if (name !== undefined) fields[name] = chosen?.get('value') ?? '';
  }
  return fields;
}

function readAttributes(head: string): Map<string, string> {
  const found = [...head.matchAll(/([a-zA-Z-]+)(?:\s*=\s*"([^"]*)")?/g)];
  return new Map(found.map(([, name = '', value = '']) => [name.toLowerCase(), decode(value)]));
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hexadecimal?: string, name?: string) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hexadecimal) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return ENTITIES[name ?? ''] ?? whole;
  });
}
