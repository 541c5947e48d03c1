import { type Html, html } from '@bulkhead/web';
import type { Piece } from './difference.rules.ts';

/** Shows a changed line: what went is struck out, what came is underlined. */
export function differenceView(pieces: readonly Piece[]): Html {
  return html`${pieces.map((piece) => {
    if (piece.kind === 'same') return piece.text;
    return piece.kind === 'removed' ? html`<del>${piece.text}</del>` : html`<ins>${piece.text}</ins>`;
  })}`;
}
