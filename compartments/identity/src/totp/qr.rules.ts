import qrcode from 'qrcode-generator';

/** A QR code (ISO/IEC 18004) as an SVG path of its dark modules, with the quiet zone of four modules that readers need. */
export type QrCode = { readonly size: number; readonly path: string };

const QUIET = 4;

/** Draws a text as the smallest QR code that holds it and bears 15 % of damage. */
export function drawQrCode(text: string): QrCode {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  const rows = Array.from({ length: count }, (_, row) => {
    const cells = Array.from({ length: count }, (_unused, column) => code.isDark(row, column));
    return runsOf(cells).map(({ from, length }) => `M${from + QUIET} ${row + QUIET}h${length}v1h-${length}z`);
  });
  return { size: count + QUIET * 2, path: rows.flat().join('') };
}

function runsOf(cells: readonly boolean[]): { readonly from: number; readonly length: number }[] {
  const runs: { from: number; length: number }[] = [];
  for (const [at, isDark] of cells.entries()) {
    const last = runs.at(-1);
    if (isDark && last && last.from + last.length === at) last.length += 1;
    else if (isDark) runs.push({ from: at, length: 1 });
  }
  return runs;
}
