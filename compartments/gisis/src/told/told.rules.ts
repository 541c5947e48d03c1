/** That something was done to a record, and to whom that was told. */
export type Told = {
  readonly id: string;
  readonly module: string;
  readonly reference: string;
  readonly act: string;
  readonly accountName: string;
  readonly at: Date;
};
export const TOLD_A_PAGE = 50;
