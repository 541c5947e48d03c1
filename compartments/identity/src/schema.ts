// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { Generated } from 'kysely';

export interface AccountTable {
  id: string;
  email: string;
  display_name: string;
  language: string;
  status: string;
  password_hash: string | null;
  totp_secret: string | null;
  totp_last_step: Generated<number>;
  created_at: Date;
  changed_at: Date;
}

export interface RoleGrantTable {
  account_id: string;
  compartment: string;
  role: string;
  granted_by: string;
  granted_at: Date;
}

export interface SessionTable {
  id: string;
  account_id: string;
  started_at: Date;
  ends_at: Date;
  last_seen_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  address: string;
  device: string;
}

export interface SetUpTable {
  account_id: string;
  secret_sha256: string;
  totp_secret: string | null;
  expires_at: Date;
  created_by: string;
  created_at: Date;
}

export interface Schema {
  account: AccountTable;
  role_grant: RoleGrantTable;
  session: SessionTable;
  set_up: SetUpTable;
}
