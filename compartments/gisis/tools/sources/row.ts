/** A row of a table by its headings. */
export type Row = Readonly<Record<string, string>>;
