/** A value over time, drawn as steps above the table, and what it is to reach. */
export type Steps = {
  readonly title: string;
  readonly points: readonly { readonly on: string; readonly value: number }[];
  readonly needed: { readonly name: string; readonly value: number; readonly write: (value: number) => string };
};
