/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type * as MapLibre from 'maplibre-gl';

/** The moving map: fetched only when somebody asks for it. All that it shows, the picture and the list show without it. */
type Shade = { readonly shade: number; readonly name: string };
type Properties = {
  readonly href?: string;
  readonly label?: string;
  readonly kind?: string;
  readonly reference?: string;
  readonly box?: string;
  readonly shade: number;
  readonly count: number;
};
type Points = {
  readonly type: 'FeatureCollection';
  readonly total: number;
  readonly isGathered: boolean;
  readonly areas: Shapes;
  readonly features: readonly {
    readonly type: 'Feature';
    readonly geometry: { readonly type: 'Point'; readonly coordinates: readonly [number, number] };
    readonly properties: Properties;
  }[];
};
type Shapes = { readonly type: 'FeatureCollection'; readonly features: readonly GeoJSON.Feature<GeoJSON.Polygon>[] };
type Library = typeof MapLibre;

const MOST_LISTED = 30;
const PIXELS = 2;

const place = document.querySelector<HTMLElement>('#moving');
if (place) {
  place.hidden = false;
  place.querySelector('button')?.addEventListener('click', () => {
    open(place).catch((error: unknown) => {
      console.error(error);
      place.replaceChildren(make('p', { class: 'panel notice', role: 'status' }, wordsOf(place)['failed'] ?? ''));
    });
  });
}

async function open(at: HTMLElement): Promise<void> {
  const words = wordsOf(at);
  const say = (key: string, holes: Readonly<Record<string, string>> = {}) =>
    (words[key] ?? key).replaceAll(/\{(\w+)\}/g, (_, name: string) => holes[name] ?? '');
  const { library = '', worker = '', land = '', points = '', list = '', box = '', language = 'en', shades = '[]' } = at.dataset;
  at.replaceChildren(make('p', { role: 'status' }, say('loading')));
  const [maplibre, coast, first] = await Promise.all([
    import(library) as Promise<Library>,
    fetchJson<GeoJSON.MultiPolygon>(land),
    fetchJson<Points>(points),
  ]);
  maplibre.setWorkerUrl(new URL(worker, location.href).href);
  const parts = makeParts(say);
  at.replaceChildren(parts.frame);
  for (const still of document.querySelectorAll<HTMLElement>('.map-frame, .map-head .zoom')) still.hidden = true;
  const shown = JSON.parse(shades) as readonly Shade[];
  const map = drawMap(maplibre, parts.canvas, coast, first, shown);
  const state: { points: Points; asking: AbortController | null } = { points: first, asking: null };
  parts.nearer.addEventListener('click', () => map.zoomIn());
  parts.further.addEventListener('click', () => map.zoomOut());
  parts.whole.addEventListener('click', () => map.fitBounds([-180, -70, 180, 80]));
  const tell = () => {
    const bounds = map.getBounds();
    const inView = state.points.features.filter(({ geometry }) => isWithin(bounds, geometry.coordinates));
    parts.listed.replaceChildren(...listInView(inView, state.points.isGathered, say, language));
    parts.these.href = withBox(list, box, bounds);
  };
  map.on('moveend', () => {
    if (!state.points.isGathered && state.points === first) return tell();
    state.asking?.abort();
    state.asking = new AbortController();
    fetchJson<Points>(withBox(points, box, map.getBounds()), state.asking.signal)
      .then(async (next) => {
        state.points = next;
        await showPoints(map, next);
        tell();
      })
      .catch((error: unknown) => {
        if (!(error instanceof DOMException && error.name === 'AbortError')) console.error(error);
      });
  });
  followClicks(maplibre, map, say);
  map.on('load', tell);
  parts.canvas.querySelector('canvas')?.setAttribute('aria-label', say('moving'));
}

function makeParts(say: (key: string) => string) {
  const button = (text: string) => make('button', { type: 'button', class: 'second' }, text);
  const [nearer, further, whole] = [button(`+ ${say('zoomIn')}`), button(`− ${say('zoomOut')}`), button(say('wholeWorld'))];
  const canvas = make('div', { class: 'moving-canvas', dir: 'ltr' });
  const listed = make('div', { class: 'moving-list', 'aria-live': 'polite' });
  const these = make('a', { class: 'button second', href: '#' }, say('theseInList'));
  const frame = make(
    'div',
    {},
    make('h2', { class: 'hidden-text' }, say('moving')),
    make('p', { class: 'quiet' }, say('movingHint')),
    make('p', { class: 'zoom' }, nearer, ' ', further, ' ', whole, ' ', these),
    make('div', { class: 'moving-body' }, canvas, listed),
  );
  return { frame, canvas, listed, nearer, further, whole, these };
}

function drawMap(
  { Map: MapClass, LngLatBounds }: Library,
  container: HTMLElement,
  coast: GeoJSON.MultiPolygon,
  points: Points,
  shades: readonly Shade[],
): MapLibre.Map {
  const style = getComputedStyle(container);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const bounds = new LngLatBounds();
  for (const { geometry } of points.features) bounds.extend([...geometry.coordinates]);
  for (const { geometry } of points.areas.features)
    for (const [longitude = 0, latitude = 0] of geometry.coordinates[0] ?? []) bounds.extend([longitude, latitude]);
  const map = new MapClass({
    container,
    style: {
      version: 8,
      sources: {
        coast: { type: 'geojson', data: coast },
        records: sourceOf(points),
        areas: { type: 'geojson', data: shapesOf(points) },
      },
      layers: [
        { id: 'sea', type: 'background', paint: { 'background-color': colour('--sea') } },
        { id: 'land', type: 'fill', source: 'coast', paint: { 'fill-color': colour('--land'), 'fill-antialias': true } },
      ],
    },
    bounds: bounds.isEmpty() ? [-180, -60, 180, 75] : bounds,
    fitBoundsOptions: { padding: 40, maxZoom: 7 },
    maxZoom: 14,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: true,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.on('load', () => addMarks(map, shades, colour));
  return map;
}

/** What is near is gathered, records and cells of the server's alike: their numbers add up. */
function sourceOf(points: Points): MapLibre.GeoJSONSourceSpecification {
  return {
    type: 'geojson',
    data: points as unknown as GeoJSON.FeatureCollection,
    cluster: true,
    clusterRadius: 46,
    clusterMaxZoom: 12,
    clusterProperties: { records: ['+', ['get', 'count']] },
  };
}

function shapesOf({ areas }: Points): GeoJSON.FeatureCollection {
  return areas as unknown as GeoJSON.FeatureCollection;
}

async function showPoints(map: MapLibre.Map, points: Points): Promise<void> {
  await map.getSource<MapLibre.GeoJSONSource>('areas')?.setData(shapesOf(points));
  await map.getSource<MapLibre.GeoJSONSource>('records')?.setData(points as unknown as GeoJSON.FeatureCollection);
}

/** Shapes for single records, circles with their number for several. Letters are drawn by the browser: no font is fetched. */
function addMarks(map: MapLibre.Map, shades: readonly Shade[], colour: (name: string) => string): void {
  for (const { shade } of shades) {
    const image = drawShape(shade, colour('--sheet'));
    if (image) map.addImage(`shade-${shade}`, image, { pixelRatio: PIXELS });
  }
  addAreas(map, shades);
  const several: MapLibre.ExpressionSpecification = ['coalesce', ['get', 'records'], ['get', 'count']];
  const isSeveral: MapLibre.FilterSpecification = ['>', several, 1];
  const thousands: MapLibre.ExpressionSpecification = ['concat', ['to-string', ['round', ['/', several, 1000]]], 'k'];
  map.addLayer({
    id: 'gathered',
    type: 'circle',
    source: 'records',
    filter: isSeveral,
    paint: {
      'circle-color': colour('--sheet'),
      'circle-stroke-color': colour('--ring'),
      'circle-stroke-width': 3,
      'circle-radius': ['interpolate', ['linear'], ['log10', several], 0, 11, 5, 24],
    },
  });
  map.addLayer({
    id: 'numbers',
    type: 'symbol',
    source: 'records',
    filter: isSeveral,
    layout: {
      'text-field': ['case', ['>=', several, 10_000], thousands, ['to-string', several]],
      'text-size': 13,
      'text-allow-overlap': true,
    },
    paint: { 'text-color': colour('--ring') },
  });
  map.addLayer({
    id: 'singles',
    type: 'symbol',
    source: 'records',
    filter: ['==', several, 1],
    layout: { 'icon-image': ['concat', 'shade-', ['to-string', ['get', 'shade']]], 'icon-allow-overlap': true },
  });
}

/** Areas under the marks, in the colour of their record. */
function addAreas(map: MapLibre.Map, shades: readonly Shade[]): void {
  for (const { shade } of shades) {
    const sign = document.querySelector(`.legend .s${shade} path`);
    const colour = sign ? getComputedStyle(sign).fill : '#555';
    const filter: MapLibre.FilterSpecification = ['==', ['get', 'shade'], shade];
    map.addLayer({
      id: `area-${shade}`,
      type: 'fill',
      source: 'areas',
      filter,
      paint: { 'fill-color': colour, 'fill-opacity': 0.16 },
    });
    map.addLayer({
      id: `edge-${shade}`,
      type: 'line',
      source: 'areas',
      filter,
      paint: { 'line-color': colour, 'line-width': 1.5 },
    });
  }
}

/** The sign of the legend, as a picture: the same shape and colour as in the drawn map. */
function drawShape(shade: number, edge: string): ImageData | null {
  const sign = document.querySelector(`.legend .s${shade} path`);
  const canvas = document.createElement('canvas');
  const side = 20 * PIXELS;
  [canvas.width, canvas.height] = [side, side];
  const pen = canvas.getContext('2d');
  if (!sign || !pen) return null;
  const path = new Path2D(sign.getAttribute('d') ?? '');
  pen.translate(side / 2, side / 2);
  pen.scale(PIXELS, PIXELS);
  pen.lineWidth = 2;
  pen.strokeStyle = edge;
  pen.stroke(path);
  pen.fillStyle = getComputedStyle(sign).fill;
  pen.fill(path);
  return pen.getImageData(0, 0, side, side);
}

function followClicks({ Popup }: Library, map: MapLibre.Map, say: (key: string) => string): void {
  const nearer = (at: MapLibre.LngLatLike) => map.easeTo({ center: at, zoom: Math.min(map.getZoom() + 2, 14) });
  map.on('click', 'gathered', ({ lngLat }) => nearer(lngLat));
  map.on('click', 'singles', ({ features, lngLat }) => {
    const properties = features?.[0]?.properties as Properties | undefined;
    if (!properties) return;
    new Popup({ maxWidth: '20rem', closeButton: false })
      .setLngLat(lngLat)
      .setDOMContent(make('div', { class: 'moving-note' }, ...describe(properties)))
      .addTo(map);
  });
  for (const layer of ['gathered', 'singles']) {
    map.on('mouseenter', layer, () => map.getCanvas().classList.add('is-link'));
    map.on('mouseleave', layer, () => map.getCanvas().classList.remove('is-link'));
  }
  map.getCanvas().title = say('moving');
}

function describe({ href = '', label = '', kind = '', reference = '' }: Properties): Node[] {
  return [make('a', { href }, label), make('span', { class: 'quiet' }, ` ${kind} · ${reference}`)];
}

type Feature = Points['features'][number];

/** What lies in view, for those who do not see the map or do not use a mouse. */
function listInView(
  inView: readonly Feature[],
  isGathered: boolean,
  say: (key: string, holes?: Readonly<Record<string, string>>) => string,
  language: string,
): Node[] {
  const number = new Intl.NumberFormat(language === 'ar' ? 'ar-u-nu-latn' : language);
  const total = inView.reduce((sum, { properties }) => sum + properties.count, 0);
  if (total === 0) return [make('p', {}, say('nothingInView'))];
  const head = make('h3', {}, say('inView', { count: number.format(total) }));
  if (isGathered) return [head, make('p', {}, say('comeNearer'))];
  const lines = inView.slice(0, MOST_LISTED).map(({ properties }) => make('li', {}, ...describe(properties)));
  const rest = inView.length - lines.length;
  return [
    head,
    make('ul', {}, ...lines),
    ...(rest > 0 ? [make('p', { class: 'quiet' }, say('moreInView', { count: number.format(rest) }))] : []),
  ];
}

/** The map may have been turned around the world. */
function isWithin(bounds: MapLibre.LngLatBounds, [longitude, latitude]: readonly [number, number]): boolean {
  if (latitude < bounds.getSouth() || latitude > bounds.getNorth()) return false;
  return [-360, 0, 360].some((turn) => longitude + turn >= bounds.getWest() && longitude + turn <= bounds.getEast());
}

function withBox(address: string, name: string, bounds: MapLibre.LngLatBounds): string {
  const url = new URL(address, location.href);
  const isWhole = bounds.getEast() - bounds.getWest() >= 360;
  const wrapped = (degrees: number) => ((((degrees + 180) % 360) + 360) % 360) - 180;
  const [west, east] = isWhole ? [-180, 180] : [wrapped(bounds.getWest()), wrapped(bounds.getEast())];
  const south = Math.max(-90, bounds.getSouth());
  const north = Math.min(90, bounds.getNorth());
  url.searchParams.set(name, [west, south, east, north].map((degrees) => degrees.toFixed(4)).join(','));
  return `${url.pathname}${url.search}`;
}

async function fetchJson<Shape>(address: string, signal?: AbortSignal): Promise<Shape> {
  const response = await fetch(address, signal ? { signal } : {});
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return (await response.json()) as Shape;
}

function wordsOf(at: HTMLElement): Readonly<Record<string, string>> {
  return JSON.parse(at.dataset['words'] ?? '{}') as Record<string, string>;
}

/** Makes an element; text only, never markup. */
function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
