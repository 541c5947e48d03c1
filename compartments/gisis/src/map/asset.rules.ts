/** Scripts and workers of this origin, and asking it: for the page of a map alone. Pictures, styles and forms are as strict as everywhere. */
export const MAP_POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** A file that browsers fetch, named by its content: it can be kept for ever. */
export type Asset = { readonly contentType: string; readonly bytes: Buffer };

/** What the moving map is made of. */
export type MapAssets = {
  readonly script: string;
  readonly library: string;
  readonly worker: string;
  readonly land: string;
  /** As they are sent to a browser that takes them compressed. */
  readonly kilobytes: number;
  /** By the last part of their addresses. */
  readonly files: ReadonlyMap<string, Asset>;
  readonly compressed: ReadonlyMap<string, Buffer>;
};

/** Whether a browser takes brotli (RFC 9110, 12.5.3). */
export function takesBrotli(accepted: string | undefined): boolean {
  return (accepted ?? '').split(',').some((one) => /^\s*br\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(one));
}
