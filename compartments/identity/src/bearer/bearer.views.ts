import { type FormFaults, fillIn, formatDay, formatMoment, type Html, html } from '@bulkhead/web';
import { fieldView } from '#site/field.views.ts';
import type { Shell } from '#site/shell.rules.ts';
import { buttonForm } from '#site/site.views.ts';
import type { BearerRow } from './bearer.rules.ts';
import { bearerWords } from './bearer.words.ts';

/** A column that only one kind has, after its name. */
export type BearerColumn<Row> = { readonly title: string; readonly cell: (row: Row) => Html };

export function secretPanel(shell: Shell, secret: string, usage: Html | null = null): Html {
  return html`<div class="panel good" role="status">
<p>${bearerWords(shell.language).secretLead}</p>
<p><code dir="ltr">${secret}</code></p>
${usage}</div>`;
}

export function bearerTable<Row extends BearerRow>(
  shell: Shell,
  shown: {
    readonly title: string;
    readonly rows: readonly Row[];
    readonly columns?: readonly BearerColumn<Row>[];
    readonly endPath: (row: Row) => string;
    readonly now: Date;
  },
): Html {
  const words = bearerWords(shell.language);
  const columns = shown.columns ?? [];
  const titles = [words.name, ...columns.map(({ title }) => title), words.until, words.lastUsed, words.state, words.end];
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${shown.title}"><table>
<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${shown.rows.map((row) =>
    bearerLine(shell, row, { own: columns.map(({ cell }) => cell(row)), endPath: shown.endPath(row), now: shown.now }),
  )}</tbody>
</table></div>`;
}

function bearerLine(
  shell: Shell,
  row: BearerRow,
  { own, endPath, now }: { readonly own: readonly Html[]; readonly endPath: string; readonly now: Date },
): Html {
  const words = bearerWords(shell.language);
  const isLive = row.endedAt === null && row.expiresAt > now;
  const state = row.endedAt !== null ? words.ended : isLive ? words.live : words.over;
  const lastDay = formatDay(new Date(row.expiresAt.getTime() - 1), shell.language);
  const used = row.lastUsedAt === null ? words.never : formatMoment(row.lastUsedAt, shell.language);
  const label = fillIn(words.endOf, { name: row.name });
  return html`<tr><td><bdi>${row.name}</bdi></td>${own.map((cell) => html`<td>${cell}</td>`)}<td>${lastDay}</td><td>${used}</td><td><span class="${
    isLive ? 'badge calm' : 'badge'
  }">${state}</span></td><td>${isLive ? buttonForm(shell, endPath, { text: words.end, kind: 'danger', label }) : null}</td></tr>`;
}

export function nameView(shell: Shell, given: { readonly hint: string; readonly value: string }, faults: FormFaults): Html {
  return fieldView({ name: 'name', label: bearerWords(shell.language).name, ...given, autocomplete: 'off' }, faults);
}

export function untilView(shell: Shell, value: string, faults: FormFaults): Html {
  const words = bearerWords(shell.language);
  return fieldView({ name: 'until', label: words.until, hint: words.untilHint, type: 'date', value, isShort: true }, faults);
}
