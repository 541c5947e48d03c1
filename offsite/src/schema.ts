// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { Generated, GeneratedAlways } from 'kysely';

export interface AcknowledgedTable {
  recovery: string;
  summary: unknown;
  version: number;
}

export interface AcknowledgedEntryTable {
  recovery: string;
  place: number;
  standing: string;
  request: string | null;
  account: string | null;
  entry: unknown;
  version: number;
}

export interface AcknowledgementCutTable {
  recovery: string;
  compartment: string;
  cut: unknown;
  settled_at: Date | null;
}

export interface AppliedTable {
  compartment: string;
  part: string;
  epoch: number;
  state: string;
  is_ok: boolean;
  detail: string;
  seen_at: Date;
  received_at: Date;
  closure: unknown;
}

export interface ApprovalTable {
  recovery: string;
  operator: string;
  digest: string | null;
  is_approved: boolean;
  reason: string;
  given_at: Date;
}

export interface CollectionTable {
  id: string;
  compartment: string;
  is_preview: boolean;
  requested_by: string;
  reason: string;
  requested_at: Date;
  attempts: Generated<number>;
  ended_at: Date | null;
  outcome: unknown;
  failure: string | null;
}

export interface CompartmentSecretTable {
  compartment: string;
  vault_secret: string;
  recovery: string;
  rotated_at: Date;
  replication_password: string | null;
}

export interface DrillTable {
  id: string;
  compartment: string;
  mode: string;
  seed: string;
  requested_by: string;
  reason: string;
  requested_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  attempts: Generated<number>;
  result: string | null;
  sentence: string | null;
  outcome: unknown;
  receipt: unknown;
}

export interface DrillOwedTable {
  compartment: string;
  since_at: Date;
}

export interface ErasureTable {
  id: string;
  compartment: string;
  sha256: string;
  allows: boolean;
  reason: string;
  requested_by: string;
  requested_at: Date;
  decided_by: string | null;
  is_approved: boolean | null;
  decided_at: Date | null;
  done_at: Date | null;
}

export interface FindingTable {
  id: GeneratedAlways<number>;
  rule: string;
  technique: string;
  compartment: string | null;
  reporter: string;
  summary: string;
  evidence: unknown;
  seen_at: Date;
  received_at: Date;
  last_received_at: Date;
  reports: Generated<number>;
  samples: Generated<unknown>;
  incident: number | null;
  seals: boolean;
  sealed_epoch: number | null;
}

export interface FindingSubjectTable {
  finding: number;
  kind: string;
  value: string;
  at: Date;
}

export interface IncidentTable {
  id: GeneratedAlways<number>;
  compartment: string;
  opened_at: Date;
  closed_at: Date | null;
}

export interface IncidentWaiverTable {
  incident: number;
  operator: string;
  scope_sha256: string;
  reason: string;
  given_at: Date;
}

export interface LedgerDueTable {
  id: GeneratedAlways<string>;
  idempotency_key: string;
  kind: string;
  body: unknown;
  noted_at: Date;
}

export interface LookedAtTable {
  id: string;
  compartment: string;
  requested_by: string;
  reason: string;
  started_at: Date;
  target_lsn: string | null;
  timeline: number | null;
  ended_at: Date | null;
}

export interface NoticeTable {
  number: number;
  cause: string;
  at: Date;
  compartment: string | null;
  kind: string;
  unaffected: string[];
  next_update_at: Date | null;
}

export interface OperatorCommandTable {
  nonce: string;
  operator: string;
  kind: string;
  signed_command: unknown;
  received_at: Date;
}

export interface ProtectionWindowTable {
  compartment: string;
  from_at: Date;
  to_at: Date | null;
  reason: string;
}

export interface PublicReadingTable {
  is_only: Generated<boolean>;
  way: string;
  since_at: Date;
  ordered_by: string;
  reason: string;
  told: string;
}

export interface ReadmissionTable {
  id: string;
  reason: string;
  requested_by: string;
  requested_at: Date;
  decided_by: string | null;
  is_approved: boolean | null;
  decided_at: Date | null;
  done_at: Date | null;
}

export interface ReceiptBatchTable {
  key_id: string;
  sequence: number;
  sha256: string;
  receipts: number;
  signed_batch: unknown;
  received_at: Date;
  id: GeneratedAlways<string>;
}

export interface RecoveryTable {
  id: string;
  compartment: string;
  kind: string;
  requested_by: string;
  reason: string;
  started_at: Date;
  ended_at: Date | null;
  step: string;
  failure: string | null;
  epoch: number | null;
  quarantine: unknown;
  verification: unknown;
  diff: unknown;
  digest: string | null;
  awaiting_since: Date | null;
  image: unknown;
  lost_beyond_seal: string | null;
  asked: unknown;
  timelines: Generated<unknown>;
  attack: unknown;
  repair: unknown;
  hole: unknown;
  vault_secret: string | null;
  replication_password: string | null;
  target: unknown;
}

export interface RecoveryBlobTable {
  recovery: string;
  digest: string;
}

export interface RecoveryStepTable {
  recovery: string;
  step: string;
  started_at: Date;
  ended_at: Date | null;
  is_ok: boolean | null;
  detail: Generated<string>;
}

export interface RecoveryWaiverTable {
  recovery: string;
  operator: string;
  reason: string;
  given_at: Date;
}

export interface SealRecordTable {
  compartment: string;
  epoch: number;
  sealed_by: string[];
  reason: string;
  requested_at: Date;
  lsn: string | null;
  timeline: number | null;
  sealed_at: Date | null;
  recorded_at: Date | null;
}

export interface SiteChargeTable {
  is_only: Generated<boolean>;
  site: string;
  since_at: Date;
  move: string | null;
}

export interface SiteMoveTable {
  id: string;
  kind: string;
  state: string;
  requested_by: string;
  reason: string;
  digest: string;
  asked_at: Date;
  approved_by: string | null;
  approved_at: Date | null;
  answered_at: Date | null;
  ended_at: Date | null;
  failure: string | null;
  progress: unknown;
}

export interface SiteOrderTable {
  compartment: string;
  epoch: number;
  state: string;
  cause: string;
  signed_order: unknown;
  issued_at: Date;
  released_at: Date | null;
}

export interface Schema {
  acknowledged: AcknowledgedTable;
  acknowledged_entry: AcknowledgedEntryTable;
  acknowledgement_cut: AcknowledgementCutTable;
  applied: AppliedTable;
  approval: ApprovalTable;
  collection: CollectionTable;
  compartment_secret: CompartmentSecretTable;
  drill: DrillTable;
  drill_owed: DrillOwedTable;
  erasure: ErasureTable;
  finding: FindingTable;
  finding_subject: FindingSubjectTable;
  incident: IncidentTable;
  incident_waiver: IncidentWaiverTable;
  ledger_due: LedgerDueTable;
  looked_at: LookedAtTable;
  notice: NoticeTable;
  operator_command: OperatorCommandTable;
  protection_window: ProtectionWindowTable;
  public_reading: PublicReadingTable;
  readmission: ReadmissionTable;
  receipt_batch: ReceiptBatchTable;
  recovery: RecoveryTable;
  recovery_blob: RecoveryBlobTable;
  recovery_step: RecoveryStepTable;
  recovery_waiver: RecoveryWaiverTable;
  seal_record: SealRecordTable;
  site_charge: SiteChargeTable;
  site_move: SiteMoveTable;
  site_order: SiteOrderTable;
}
