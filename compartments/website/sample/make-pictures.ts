import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

// Draws the pictures of the sample articles: abstract seas, made of gradients and waves alone.
// Run it to make them anew: sh tools/node compartments/website/sample/make-pictures.ts

type Colour = readonly [number, number, number];
type Shape = (x: number, y: number) => Colour | undefined;
type Scene = { readonly file: string; readonly sky: readonly [Colour, Colour]; readonly shapes: readonly Shape[] };

// Scenes are drawn on a board of 1200 by 675; the pictures are smaller.
const BOARD_HEIGHT = 675;
const SCALE = 1.25;
const WIDTH = 960;
const HEIGHT = 540;

function mix(from: Colour, to: Colour, share: number): Colour {
  const at = Math.min(1, Math.max(0, share));
  return [from[0] + (to[0] - from[0]) * at, from[1] + (to[1] - from[1]) * at, from[2] + (to[2] - from[2]) * at];
}

function sea(level: number, height: number, length: number, phase: number, top: Colour, bottom: Colour): Shape {
  return (x, y) => {
    const crest =
      level + height * Math.sin((x / length + phase) * Math.PI * 2) + height * 0.4 * Math.sin((x / length) * 3.7 + phase);
    return y < crest ? undefined : mix(top, bottom, (y - crest) / (BOARD_HEIGHT - level));
  };
}

function disc(cx: number, cy: number, radius: number, colour: Colour): Shape {
  return (x, y) => ((x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2 ? colour : undefined);
}

function box(left: number, top: number, right: number, bottom: number, colour: Colour): Shape {
  return (x, y) => (x >= left && x < right && y >= top && y < bottom ? colour : undefined);
}

/** A beam from a point, between two directions in degrees, from one colour to another far away. */
function beam(cx: number, cy: number, from: number, to: number, near: Colour, far: Colour): Shape {
  return (x, y) => {
    const angle = (Math.atan2(y - cy, x - cx) * 180) / Math.PI;
    return angle >= from && angle <= to ? mix(near, far, Math.hypot(x - cx, y - cy) / 700) : undefined;
  };
}

function hull(left: number, right: number, deck: number, keel: number, colour: Colour): Shape {
  return (x, y) => {
    const slope = ((y - deck) / (keel - deck)) * 60;
    return y >= deck && y < keel && x >= left + slope * 0.6 && x < right - slope ? colour : undefined;
  };
}

const NIGHT: Colour = [9, 30, 52];
const DEEP: Colour = [12, 58, 94];
const SCENES: readonly Scene[] = [
  {
    file: 'lighthouse.png',
    sky: [
      [16, 42, 74],
      [236, 168, 120],
    ],
    shapes: [
      beam(320, 236, -14, 2, [236, 206, 150], [112, 104, 112]),
      box(304, 250, 336, 470, [230, 226, 214]),
      box(304, 310, 336, 350, [168, 62, 52]),
      box(304, 400, 336, 440, [168, 62, 52]),
      box(298, 222, 342, 250, [252, 222, 150]),
      disc(320, 700, 260, [38, 46, 58]),
      sea(500, 10, 420, 0.1, [44, 92, 124], NIGHT),
      sea(560, 14, 560, 0.6, DEEP, NIGHT),
    ],
  },
  {
    file: 'horizon.png',
    sky: [
      [120, 178, 216],
      [240, 236, 220],
    ],
    shapes: [
      disc(880, 330, 70, [255, 246, 214]),
      sea(360, 3, 900, 0.2, [96, 156, 190], [40, 104, 146]),
      sea(430, 9, 520, 0.5, [62, 128, 166], DEEP),
      sea(540, 16, 640, 0.9, [30, 92, 134], NIGHT),
    ],
  },
  {
    file: 'harbour.png',
    sky: [
      [208, 222, 228],
      [246, 240, 230],
    ],
    shapes: [
      box(0, 452, 250, 520, [94, 100, 104]),
      box(180, 190, 196, 452, [186, 96, 58]),
      box(120, 190, 420, 206, [186, 96, 58]),
      box(404, 206, 408, 300, [120, 128, 136]),
      box(1140, 240, 1156, 500, [52, 104, 140]),
      box(820, 240, 1180, 256, [52, 104, 140]),
      box(836, 256, 840, 340, [120, 128, 136]),
      box(790, 340, 890, 380, [60, 124, 112]),
      box(680, 380, 780, 420, [196, 148, 66]),
      box(580, 380, 670, 420, [166, 72, 58]),
      box(1100, 452, 1200, 520, [94, 100, 104]),
      box(360, 300, 460, 340, [60, 124, 112]),
      box(470, 340, 570, 380, [196, 148, 66]),
      box(360, 340, 460, 380, [166, 72, 58]),
      box(470, 380, 570, 420, [66, 98, 142]),
      box(360, 380, 460, 420, [126, 138, 148]),
      hull(300, 1080, 420, 500, [36, 52, 70]),
      box(930, 330, 1010, 420, [112, 124, 136]),
      sea(480, 5, 380, 0.3, [84, 138, 158], [26, 70, 98]),
    ],
  },
  {
    file: 'rescue.png',
    sky: [
      [58, 74, 92],
      [150, 166, 176],
    ],
    shapes: [
      sea(330, 24, 700, 0.7, [86, 112, 128], [44, 72, 92]),
      hull(520, 760, 380, 440, [218, 92, 30]),
      box(600, 330, 690, 380, [238, 236, 228]),
      box(640, 270, 646, 330, [238, 236, 228]),
      sea(430, 34, 520, 0.25, [54, 88, 110], NIGHT),
      sea(560, 26, 420, 0.8, [34, 64, 88], NIGHT),
    ],
  },
  {
    file: 'signal.png',
    sky: [
      [14, 24, 44],
      [26, 66, 104],
    ],
    shapes: [
      disc(600, 330, 18, [240, 246, 250]),
      ...[60, 110, 170, 240, 320].map(
        (radius): Shape =>
          (x, y) => {
            const away = Math.hypot(x - 600, y - 330);
            return Math.abs(away - radius) < 3 ? mix([150, 206, 240], [26, 66, 104], radius / 360) : undefined;
          },
      ),
      sea(500, 8, 640, 0.4, [20, 60, 94], NIGHT),
    ],
  },
];

function colourAt(scene: Scene, x: number, y: number): Colour {
  const last = scene.shapes.reduce<Colour | undefined>((seen, shape) => shape(x, y) ?? seen, undefined);
  return last ?? mix(scene.sky[0], scene.sky[1], y / (BOARD_HEIGHT * 0.7));
}

const SAMPLES = [0.25, 0.75] as const;

function pixel(scene: Scene, x: number, y: number): Colour {
  const colours = SAMPLES.flatMap((right) => SAMPLES.map((down) => colourAt(scene, (x + right) * SCALE, (y + down) * SCALE)));
  const sum = colours.reduce<Colour>(
    (total, colour) => [total[0] + colour[0], total[1] + colour[1], total[2] + colour[2]],
    [0, 0, 0],
  );
  return [Math.round(sum[0] / 4), Math.round(sum[1] / 4), Math.round(sum[2] / 4)];
}

function chunk(kind: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A PNG (ISO/IEC 15948), each row as its difference to the one above. */
function drawPng(scene: Scene): Buffer {
  const rows = Buffer.alloc(HEIGHT * (1 + WIDTH * 3));
  let above = Buffer.alloc(WIDTH * 3);
  for (let y = 0; y < HEIGHT; y += 1) {
    const row = Buffer.alloc(WIDTH * 3);
    for (let x = 0; x < WIDTH; x += 1) row.set(pixel(scene, x, y), x * 3);
    const at = y * (1 + WIDTH * 3);
    rows[at] = 2;
    for (let byte = 0; byte < row.length; byte += 1) rows[at + 1 + byte] = ((row[byte] ?? 0) - (above[byte] ?? 0)) & 255;
    above = row;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

for (const scene of SCENES) {
  const png = drawPng(scene);
  writeFileSync(new URL(`pictures/${scene.file}`, import.meta.url), png);
  process.stdout.write(`${scene.file} ${png.length} bytes\n`);
}
