import { type Html, html } from '@bulkhead/web';
import type { Block, Inline, Prose } from './prose.rules.ts';

/** Shows a text, with headings one step below the page's own. */
export function proseView(prose: Prose): Html {
  return html`${prose.map((block) => html`${blockView(block)}\n`)}`;
}

function blockView(block: Block): Html {
  if (block.kind === 'paragraph') return html`<p>${inlinesView(block.content)}</p>`;
  if (block.kind === 'heading')
    return block.level === 2 ? html`<h2>${inlinesView(block.content)}</h2>` : html`<h3>${inlinesView(block.content)}</h3>`;
  const items = block.items.map((item) => html`<li>${inlinesView(item)}</li>`);
  return block.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
}

function inlinesView(content: readonly Inline[]): Html {
  return html`${content.map((inline) => (inline.kind === 'text' ? inline.text : html`<a href="${inline.href}">${inline.text}</a>`))}`;
}
