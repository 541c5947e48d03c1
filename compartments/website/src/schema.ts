// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { GeneratedAlways } from 'kysely';

export interface ArticleTable {
  id: GeneratedAlways<number>;
  slug: string;
  created_by: string;
  created_at: Date;
}

export interface ArticleEventTable {
  id: GeneratedAlways<number>;
  article_id: number;
  version_number: number;
  kind: string;
  account_id: string;
  account_name: string;
  at: Date;
  digest: string | null;
  note: string | null;
}

export interface ArticleTextTable {
  article_id: number;
  version_number: number;
  language: string;
  title: string;
  summary: string;
  body: unknown;
  picture_alt: string;
  change_note: string;
}

export interface ArticleVersionTable {
  article_id: number;
  number: number;
  state: string;
  revision: number;
  kind: string;
  slug: string;
  is_minor: boolean;
  picture_sha256: string | null;
  picture_credit: string | null;
  based_on: number | null;
  created_by: string;
  created_by_name: string;
  created_at: Date;
  changed_by: string;
  changed_by_name: string;
  changed_at: Date;
  submitted_by: string | null;
  submitted_by_name: string | null;
  submitted_at: Date | null;
  submission_token: string | null;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: Date | null;
  approval_token: string | null;
  remark: string | null;
}

export interface ArticleWithdrawalTable {
  article_id: number;
  version_number: number;
  reasons: unknown;
  withdrawn_by: string;
  withdrawn_by_name: string;
  withdrawn_at: Date;
  withdrawal_token: string;
}

export interface PictureTable {
  sha256: string;
  media_type: string;
  bytes: number;
  width: number;
  height: number;
  added_by: string;
  added_at: Date;
}

export interface Schema {
  article: ArticleTable;
  article_event: ArticleEventTable;
  article_text: ArticleTextTable;
  article_version: ArticleVersionTable;
  article_withdrawal: ArticleWithdrawalTable;
  picture: PictureTable;
}
