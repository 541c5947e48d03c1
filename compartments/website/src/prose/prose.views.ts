import { type Html, html } from '@bulkhead/web';
import type { Block, Figure, Inline, Prose, Table } from './prose.rules.ts';

/** How a picture of the text is shown: the public page and the newsroom have it under other addresses. */
export type FigureView = (figure: Figure) => Html;

/** Shows a text, with headings one step below the page's own. */
export function proseView(prose: Prose, figureView: FigureView = () => html``): Html {
  return html`${prose.map((block) => html`${blockView(block, figureView)}\n`)}`;
}

function blockView(block: Block, figureView: FigureView): Html {
  switch (block.kind) {
    case 'paragraph':
      return html`<p>${inlinesView(block.content)}</p>`;
    case 'heading':
      return block.level === 2 ? html`<h2>${inlinesView(block.content)}</h2>` : html`<h3>${inlinesView(block.content)}</h3>`;
    case 'list': {
      const items = block.items.map((item) => html`<li>${inlinesView(item)}</li>`);
      return block.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case 'quote':
      return html`<blockquote>${block.paragraphs.map((each) => html`<p>${inlinesView(each)}</p>`)}</blockquote>`;
    case 'figure':
      return figureView(block);
    case 'table':
      return tableView(block);
  }
}

function tableView({ caption, hasHead, rows }: Table): Html {
  const head = hasHead ? rows[0] : undefined;
  const body = hasHead ? rows.slice(1) : rows;
  const row = (cells: Table['rows'][number]) => html`<tr>${cells.map((cell) => html`<td>${inlinesView(cell)}</td>`)}</tr>\n`;
  return html`<table>
${caption === '' ? null : html`<caption>${caption}</caption>\n`}${head ? html`<thead><tr>${head.map((cell) => html`<th scope="col">${inlinesView(cell)}</th>`)}</tr></thead>\n` : null}${body.length === 0 ? null : html`<tbody>\n${body.map(row)}</tbody>\n`}</table>`;
}

function inlinesView(content: readonly Inline[]): Html {
  return html`${content.map((inline) => {
    const words = (inline.marks ?? []).reduceRight<Html>(
      (inner, mark) => (mark === 'strong' ? html`<strong>${inner}</strong>` : html`<em>${inner}</em>`),
      html`${inline.text}`,
    );
    return inline.kind === 'text' ? words : html`<a href="${inline.href}">${words}</a>`;
  })}`;
}
