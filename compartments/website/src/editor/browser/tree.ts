import type { Mark, Node } from 'prosemirror-model';
import { schema } from './schema.ts';

/** The tree as the server stores it; it checks every one that it is sent. */
export type Inline = {
  readonly kind: 'text' | 'link';
  readonly text: string;
  readonly href?: string;
  readonly marks?: readonly string[];
};
export type Block =
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'quote'; readonly paragraphs: readonly (readonly Inline[])[] }
  | { readonly kind: 'figure'; readonly picture: string; readonly alt: string; readonly caption: string; readonly credit: string }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly hasHead: boolean;
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    };

const MARKS = ['strong', 'em'];

/** The editor's document for a stored text. */
export function toDocument(tree: readonly Block[]): Node {
  const blocks = tree.map(toNode);
  return schema.node('doc', null, blocks.length > 0 ? blocks : [schema.node('paragraph')]);
}

/** The text of a document, as it is stored: empty blocks are left out. */
export function toTree(document: Node): Block[] {
  return document.children.flatMap((node): Block[] => {
    switch (node.type.name) {
      case 'paragraph':
      case 'heading': {
        const content = inlinesOf([node]);
        if (content.length === 0) return [];
        return node.type.name === 'heading'
          ? [{ kind: 'heading', level: Number(node.attrs['level']), content }]
          : [{ kind: 'paragraph', content }];
      }
      case 'bullets':
      case 'numbers': {
        const items = node.children.map((item) => inlinesOf(item.children)).filter((item) => item.length > 0);
        return items.length === 0 ? [] : [{ kind: 'list', ordered: node.type.name === 'numbers', items }];
      }
      case 'quote': {
        const paragraphs = node.children.map((each) => inlinesOf([each])).filter((each) => each.length > 0);
        return paragraphs.length === 0 ? [] : [{ kind: 'quote', paragraphs }];
      }
      case 'figure': {
        const told = (name: string) =>
          String(node.attrs[name] ?? '')
            .replaceAll(/\s+/g, ' ')
            .trim();
        return [{ kind: 'figure', picture: told('picture'), alt: told('alt'), caption: told('caption'), credit: told('credit') }];
      }
      case 'table':
        return [toTable(node)];
      default:
        return [];
    }
  });
}

// Rows are made equally long: a pasted table may span cells.
function toTable(node: Node): Block {
  const rows = node.children.map((row) => row.children.map((cell) => inlinesOf(cell.children)));
  const width = Math.max(...rows.map((row) => row.length));
  return {
    kind: 'table',
    caption: String(node.attrs['caption'] ?? '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
    hasHead: Boolean(node.attrs['hasHead']),
    rows: rows.map((row) => [...row, ...Array.from({ length: width - row.length }, () => [])]),
  };
}

function toNode(block: Block): Node {
  const paragraph = (content: readonly Inline[]) => schema.node('paragraph', null, content.map(toText));
  switch (block.kind) {
    case 'paragraph':
      return paragraph(block.content);
    case 'heading':
      return schema.node('heading', { level: block.level }, block.content.map(toText));
    case 'list':
      return schema.node(
        block.ordered ? 'numbers' : 'bullets',
        null,
        block.items.map((item) => schema.node('item', null, [paragraph(item)])),
      );
    case 'quote':
      return schema.node('quote', null, block.paragraphs.map(paragraph));
    case 'figure':
      return schema.node('figure', { picture: block.picture, alt: block.alt, caption: block.caption, credit: block.credit });
    case 'table':
      return schema.node(
        'table',
        { caption: block.caption, hasHead: block.hasHead },
        block.rows.map((row) =>
          schema.node(
            'row',
            null,
            row.map((cell) => schema.node('cell', null, [paragraph(cell)])),
          ),
        ),
      );
  }
}

function toText(inline: Inline): Node {
  const marks: Mark[] = (inline.marks ?? []).filter((mark) => MARKS.includes(mark)).map((mark) => schema.mark(mark));
  return schema.text(inline.text, inline.href === undefined ? marks : [schema.mark('link', { href: inline.href }), ...marks]);
}

// Several paragraphs of one item or cell become one run of words.
function inlinesOf(nodes: readonly Node[]): Inline[] {
  const runs = nodes.map((node) => node.children.flatMap(toInline)).filter((run) => run.length > 0);
  return runs
    .flatMap((run, at) => (at === 0 ? run : [{ kind: 'text' as const, text: ' ' }, ...run]))
    .filter((inline) => inline.text !== '');
}

function toInline(node: Node): Inline[] {
  const text = (node.text ?? '').replaceAll(/\s+/g, ' ');
  if (text === '') return [];
  const link = node.marks.find((mark) => mark.type.name === 'link');
  const marks = MARKS.filter((name) => node.marks.some((mark) => mark.type.name === name));
  const own = marks.length > 0 ? { marks } : {};
  return [link ? { kind: 'link', text, href: String(link.attrs['href']), ...own } : { kind: 'text', text, ...own }];
}
