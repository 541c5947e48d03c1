// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { Generated, GeneratedAlways } from 'kysely';

export interface ArticleTable {
  id: GeneratedAlways<number>;
  slug: string;
  created_by: string;
  created_at: Date;
}

export interface ArticleAddressTable {
  language: string;
  room: string;
  path: string;
  article_id: number;
  is_kept: boolean;
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
  slug: Generated<string>;
  place: Generated<string>;
  source_sha256: string | null;
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
  subjects: Generated<unknown>;
  details: Generated<unknown>;
  publish_at: Date | null;
  publish_zone: string | null;
  picture_focus_x: number | null;
  picture_focus_y: number | null;
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

export interface DraftCopyTable {
  account_id: string;
  place: string;
  language: string;
  account_name: string;
  seen_revision: number;
  typed: unknown;
  saved_at: Date;
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

export interface PictureRenditionTable {
  picture_sha256: string;
  media_type: string;
  width: number;
  height: number;
  bytes: number;
  sha256: string;
}

export interface PreviewLinkTable {
  secret_sha256: string;
  article_id: number;
  version_number: number;
  created_by: string;
  created_by_name: string;
  created_at: Date;
  expires_at: Date;
}

export interface SearchEntryTable {
  article_id: number;
  version_number: number;
  language: string;
  kind: string;
  path: string;
  topics: number[];
  title: string;
  summary: string;
  body: string;
  visible_from: Date;
  words: GeneratedAlways<string>;
}

export interface Schema {
  article: ArticleTable;
  article_address: ArticleAddressTable;
  article_event: ArticleEventTable;
  article_text: ArticleTextTable;
  article_version: ArticleVersionTable;
  article_withdrawal: ArticleWithdrawalTable;
  draft_copy: DraftCopyTable;
  picture: PictureTable;
  picture_rendition: PictureRenditionTable;
  preview_link: PreviewLinkTable;
  search_entry: SearchEntryTable;
}
