/** A seal as it stands: asked, perhaps answered by the receiver, perhaps in the ledger. */
export type Seal = {
  readonly compartment: string;
  readonly epoch: number;
  readonly by: readonly string[];
  readonly reason: string;
  readonly requestedAt: Date;
  readonly lsn: string | null;
  readonly timeline: number | null;
  readonly sealedAt: Date | null;
  readonly recordedAt: Date | null;
  /** When the last part of headquarters that told so had carried it out, by off-site's clock. */
  readonly effectiveAt: Date | null;
};
