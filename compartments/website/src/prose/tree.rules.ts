import { type Block, hasUnshowable, type Inline, type Prose, proseSchema } from './prose.rules.ts';

/** Longer JSON is not read. */
export const TREE_CHARACTERS = 200_000;
export type TreeFault = { readonly what: 'tree' | 'unshowable' | 'too-long' };

/** Reads the tree that the editor sends: nothing but the form of ours is let in, whatever else the JSON holds. */
export function parseTree(json: string): { readonly prose: Prose; readonly faults: readonly TreeFault[] } {
  if (json.length > TREE_CHARACTERS) return { prose: [], faults: [{ what: 'too-long' }] };
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    return { prose: [], faults: [{ what: 'tree' }] };
  }
  const parsed = proseSchema.safeParse(given);
  if (parsed.success) return { prose: normalizeProse(parsed.data), faults: [] };
  return { prose: [], faults: [{ what: hasUnshowable(json) || /\\u202[a-e]|\\u206[6-9]/i.test(json) ? 'unshowable' : 'tree' }] };
}

/** One form for one text: signs composed, spaces single, neighbours with the same marks joined, nothing empty. */
export function normalizeProse(prose: Prose): Prose {
  return prose.flatMap((block): Block[] => {
    if (block.kind === 'figure') return [block];
    if (block.kind === 'table') return [{ ...block, rows: block.rows.map((row) => row.map(normalizeInlines)) }];
    if (block.kind === 'list') {
      const items = block.items.map(normalizeInlines).filter((item) => item.length > 0);
      return items.length === 0 ? [] : [{ ...block, items }];
    }
    if (block.kind === 'quote') {
      const paragraphs = block.paragraphs.map(normalizeInlines).filter((paragraph) => paragraph.length > 0);
      return paragraphs.length === 0 ? [] : [{ ...block, paragraphs }];
    }
    const content = normalizeInlines(block.content);
    return content.length === 0 ? [] : [{ ...block, content }];
  });
}

function normalizeInlines(content: readonly Inline[]): Inline[] {
  const joined: Inline[] = [];
  for (const inline of content) {
    const text = inline.text.normalize('NFC').replaceAll(/\s+/g, ' ');
    const last = joined.at(-1);
    if (last && isAlike(last, inline))
      joined[joined.length - 1] = { ...last, text: (last.text + text).replaceAll(/ {2,}/g, ' ') };
    else joined.push({ ...inline, text });
  }
  const [first] = joined;
  if (first) joined[0] = { ...first, text: first.text.trimStart() };
  const last = joined.at(-1);
  if (last) joined[joined.length - 1] = { ...last, text: last.text.trimEnd() };
  return joined.filter((inline) => inline.text !== '');
}

function isAlike(left: Inline, right: Inline): boolean {
  const href = (inline: Inline) => (inline.kind === 'link' ? inline.href : '');
  return left.kind === right.kind && href(left) === href(right) && (left.marks ?? []).join() === (right.marks ?? []).join();
}
