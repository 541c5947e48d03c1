import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The shell without windows takes a fifth less processor time for the same pages. */
const CANDIDATES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const FLAGS = ['--no-sandbox', '--disable-background-networking', '--disable-quic', '--no-first-run'];
/** How pages are drawn: those with WebGL need a drawing in software. */
const DRAWING = {
  flat: ['--disable-gpu'],
  WebGL: ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
} as const;
/** WCAG 2.2, levels A and AA, and good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const executablePath = CANDIDATES.find((path) => existsSync(path));

/** Why a test that needs a browser is skipped; false where there is one. */
export const NO_CHROMIUM: string | false = executablePath === undefined && 'there is no Chromium on this machine';

export function launchChromium(drawing: keyof typeof DRAWING = 'flat'): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath ?? '', args: [...FLAGS, ...DRAWING[drawing]] });
}

let axe: string | undefined;

/** @property places the first of the elements concerned, as selectors */
export type AxeFinding = {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly places: string[];
};

/**
 * What axe finds against WCAG 2.2 AA and good practice on a page that is open. A policy that lets no script of others
 * in does not hinder it.
 * @throws Error where axe looked at next to nothing
 */
export async function runAxe(page: Page): Promise<AxeFinding[]> {
  axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const { passes, findings } = await page.evaluate(async (runOnly) => {
    const { run } = (globalThis as unknown as { axe: Axe }).axe;
    // Of what passes only the count is wanted: telling its elements takes a sixth of the time.
    const { passes: passed, violations } = await run({ runOnly, resultTypes: ['violations'], preload: false });
    return {
      passes: passed.length,
      findings: violations.map(({ id, impact, help, nodes }) => ({
        id,
        impact,
        help,
        places: nodes.slice(0, 5).map(({ target }) => String(target)),
      })),
    };
  }, RULES);
  if (passes < 5) throw new Error(`axe looked at ${passes} things only on ${page.url()}`);
  return findings;
}

type Axe = {
  readonly run: (options: object) => Promise<{
    readonly passes: readonly unknown[];
    readonly violations: readonly {
      readonly id: string;
      readonly impact: string | null;
      readonly help: string;
      readonly nodes: readonly { readonly target: readonly unknown[] }[];
    }[];
  }>;
};
