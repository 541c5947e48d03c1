import { type Cell, COMMON_COLUMNS, type Format, shownCells } from './export.rules.ts';
import { escapeXml } from './xml.rules.ts';

/**
 * A workbook of Office Open XML (ECMA-376), written as sheets of cells: numbers, days and times are such, all else is text, and text
 * is never a formula. `pack-workbook.ts` puts the sheets into their file.
 */
const ROWS_A_SHEET = 1_048_575;
const LONGEST_CELL = 32_767;
const DAY_MS = 86_400_000;
/** Day 0 of a spreadsheet. Before March 1900 its days count otherwise: those stand as text. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
const FIRST_MS = Date.UTC(1900, 2, 1);

/** Numbers of the formats in `STYLES`. */
const STYLE = { head: 1, day: 2, moment: 3 } as const;

const NAMESPACE = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

export const XLSX: Format = {
  name: 'xlsx',
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  begin: ({ columns }) => {
    const names = [...COMMON_COLUMNS, ...columns.map(({ head }) => head)].map((name) => writeText(name, STYLE.head));
    const view =
      '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
    return `${HEAD}<worksheet xmlns="${NAMESPACE}">${view}<sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>${writeRow(names)}`;
  },
  between: '',
  end: '</sheetData></worksheet>',
  mostRecords: ROWS_A_SHEET,
  write: (context, record) => {
    const { reference, state, revision, changedAt, isSample } = record;
    const common = [
      writeText(reference),
      writeText(state),
      writeNumber(String(revision)),
      writeMoment(changedAt.toISOString(), STYLE.moment),
      writeTruth(isSample),
    ];
    return writeRow([...common, ...shownCells(context, record).map(writeCell)]);
  },
};

function writeRow(cells: readonly string[]): string {
  return `<row>${cells.join('')}</row>\n`;
}

function writeCell({ kind, value, text }: Cell): string {
  if (value === null) return '<c/>';
  if (typeof value === 'boolean') return writeTruth(value);
  if ((kind === 'whole' || kind === 'amount') && /^-?\d{1,15}(?:\.\d{1,10})?$/.test(text)) return writeNumber(text);
  if (kind === 'day') return writeMoment(text, STYLE.day);
  if (kind === 'moment') return writeMoment(text, STYLE.moment);
  return writeText(text);
}

function writeNumber(text: string, style?: number): string {
  return `<c${style === undefined ? '' : ` s="${style}"`}><v>${text}</v></c>`;
}

function writeTruth(isTrue: boolean): string {
  return `<c t="b"><v>${isTrue ? 1 : 0}</v></c>`;
}

/** A day or a time as the number of days that a spreadsheet counts; its time is UTC. */
function writeMoment(text: string, style: number): string {
  const ms = /^\d{4}-\d{2}-\d{2}(?:$|T.*Z$)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) || ms < FIRST_MS ? writeText(text) : writeNumber(String((ms - EPOCH_MS) / DAY_MS), style);
}

function writeText(text: string, style?: number): string {
  // What a spreadsheet would read as its own escape is escaped.
  const cut = text.slice(0, LONGEST_CELL).replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_');
  return `<c t="inlineStr"${style === undefined ? '' : ` s="${style}"`}><is><t xml:space="preserve">${escapeXml(cut)}</t></is></c>`;
}

/** The files of a workbook beside its sheets, by their paths. */
export function describeWorkbook(sheets: number): readonly (readonly [path: string, xml: string])[] {
  const numbers = Array.from({ length: sheets }, (_, at) => at + 1);
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packaged = 'http://schemas.openxmlformats.org/package/2006';
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const relation = (id: number, kind: string, target: string) =>
    `<Relationship Id="rId${id}" Type="${office}/${kind}" Target="${target}"/>`;
  const types = [
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    `<Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>`,
    `<Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>`,
    ...numbers.map((number) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${type}.worksheet+xml"/>`),
  ];
  const named = numbers.map(
    (number) => `<sheet name="Records${number === 1 ? '' : ` ${number}`}" sheetId="${number}" r:id="rId${number}"/>`,
  );
  const related = [
    ...numbers.map((number) => relation(number, 'worksheet', `worksheets/sheet${number}.xml`)),
    relation(sheets + 1, 'styles', 'styles.xml'),
  ];
  return [
    ['[Content_Types].xml', `${HEAD}<Types xmlns="${packaged}/content-types">${types.join('')}</Types>`],
    [
      '_rels/.rels',
      `${HEAD}<Relationships xmlns="${packaged}/relationships">${relation(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${HEAD}<workbook xmlns="${NAMESPACE}" xmlns:r="${office}"><sheets>${named.join('')}</sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', `${HEAD}<Relationships xmlns="${packaged}/relationships">${related.join('')}</Relationships>`],
    ['xl/styles.xml', `${HEAD}${STYLES}`],
  ];
}

const STYLES = `<styleSheet xmlns="${NAMESPACE}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
</styleSheet>`;
