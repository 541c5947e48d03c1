/** A file that browsers fetch, named by its content: it can be kept for ever. */
export type Asset = { readonly contentType: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** What the editor is made of in the browser. Without it the form is written as plain text. */
export type EditorAssets = {
  /** The address of the module that begins. */
  readonly script: string;
  /** The modules that it needs, to be fetched at once. */
  readonly modules: readonly string[];
  readonly stylesheet: string;
  /** By the last part of their addresses. */
  readonly files: ReadonlyMap<string, Asset>;
};

/** Where a module names another one. */
export type NamedImport = { readonly start: number; readonly end: number; readonly target: string };

/** Puts other names in the places where a module names others. */
export function renameImports(source: string, imports: readonly NamedImport[], nameOf: (target: string) => string): string {
  let renamed = '';
  let at = 0;
  for (const { start, end, target } of imports.toSorted((left, right) => left.start - right.start)) {
    renamed += source.slice(at, start) + nameOf(target);
    at = end;
  }
  return renamed + source.slice(at);
}

/** Scripts of this origin only, and only on the pages of the editor. */
export const EDITOR_POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
