import { attributes, type Html, html, trustedHtml } from '@bulkhead/web';

const LEFT = 44;
const RIGHT = 396;
const TOP = 96;
const ROOMS_SHOWN = 12;

/** A ship from the side, one room for each compartment: the closed ones are flooded behind their bulkheads, the others dry. */
export function hull(rooms: readonly { readonly isClosed: boolean }[], label: string): Html {
  const shown = rooms.slice(0, ROOMS_SHOWN);
  const width = (RIGHT - LEFT) / Math.max(1, shown.length);
  const cells = shown.map((room, at) => cell(room.isClosed, LEFT + at * width, width));
  const walls = shown.slice(1).map((_, at) => wall(LEFT + (at + 1) * width));
  return html`<svg class="hull" viewBox="0 0 440 220" role="img"${attributes({ 'aria-label': label })}>
<defs><clipPath id="hull-shape"><path d="M20 96 H420 L392 164 Q386 178 370 178 H86 Q66 178 58 164 Z"/></clipPath></defs>
<g class="hull-works"><path d="M150 96 V58 H276 V96 Z"/><path d="M176 58 V38 H236 V58 Z"/><path d="M252 58 V30 H264 V58 Z"/><path d="M110 96 V46 M110 52 L70 84"/></g>
<g clip-path="url(#hull-shape)"><rect class="hull-inside" x="0" y="90" width="440" height="100"/>${cells}${walls}</g>
<path class="hull-line" d="M20 96 H420 L392 164 Q386 178 370 178 H86 Q66 178 58 164 Z"/>
${shown.map((room, at) => (room.isClosed ? wheel(LEFT + (at + 0.5) * width) : null))}
<path class="hull-sea" d="M0 150 q 18 -9 36 0 t 36 0 M368 150 q 18 -9 36 0 t 36 0"/>
<path class="hull-sea" d="M0 196 q 22 -10 44 0 t 44 0 t 44 0 t 44 0 t 44 0 t 44 0 t 44 0 t 44 0 t 44 0 t 44 0"/>
</svg>`;
}

function cell(isClosed: boolean, x: number, width: number): Html | null {
  if (!isClosed) return null;
  const wave = Math.round(width / 4);
  const left = Math.round(x);
  // All values are numbers made here; the template cannot hold them in a path.
  return trustedHtml(
    `<rect class="hull-closed" x="${left}" y="${TOP}" width="${Math.round(width)}" height="90"/>` +
      `<path class="hull-water" d="M${left} 122 q ${wave / 2} -7 ${wave} 0 t ${wave} 0 t ${wave} 0 t ${wave} 0 V190 H${left} Z"/>`,
  );
}

function wall(x: number): Html {
  return html`<path class="hull-wall" d="M${Math.round(x)} ${TOP} V190"/>`;
}

/** The hand wheel of a watertight door. */
function wheel(x: number): Html {
  return html`<g class="hull-wheel" transform="translate(${Math.round(x)} 132)"><circle r="15"/><path d="M-15 0 H15 M0 -15 V15"/><circle class="hub" r="4"/></g>`;
}
