import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory, useCluster } from '@bulkhead/testkit';
import { openAdmin } from '../session/connection.ts';
import { describeSchema } from './describe-schema.ts';
import { describeTypes } from './describe-types.ts';

const migrations = await temporaryDirectory();
await mkdir(join(migrations, 'steps'));
await writeFile(
  join(migrations, 'steps/0001-create-all.sql'),
  `create type mood as enum ('calm', 'it''s fine');
   create domain slug as text check (value ~ '^[a-z]+$');
   create sequence ticket;
   create table account (
     id bigint generated always as identity primary key,
     name slug not null constraint account_name_taken unique,
     mood mood not null default 'calm',
     tags text[] not null default '{}',
     moods mood[],
     born date,
     seen_at timestamptz not null default now(),
     settings jsonb,
     picture bytea,
     score numeric(6, 2) check (score >= 0),
     shout text generated always as (upper(name)) stored
   );
   create table session (account_id bigint not null references account on delete cascade, "odd key" int);
   create index session_by_account on session (account_id) where "odd key" > 0;
   create view active as select id, name from account where seen_at > now() - interval '1 day';
   create function touch() returns trigger language plpgsql as $$ begin new.seen_at = now(); return new; end $$;
   create trigger account_touch before update on account for each row execute function touch();`,
);
const world = await useCluster({ name: 'described', migrations: join(migrations, 'steps'), extensions: ['pg_trgm'] });

const SCHEMA = `-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

extension pg_trgm;

type mood enum ('calm', 'it''s fine');

domain slug text CHECK ((VALUE ~ '^[a-z]+$'::text));

sequence ticket;

CREATE OR REPLACE FUNCTION public.touch()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin new.seen_at = now(); return new; end $function$;

table account (
  id bigint not null generated always as identity,
  name slug not null,
  mood mood not null default 'calm'::mood,
  tags text[] not null default '{}'::text[],
  moods mood[],
  born date,
  seen_at timestamp with time zone not null default now(),
  settings jsonb,
  picture bytea,
  score numeric(6,2),
  shout text generated always as (upper((name)::text)) stored,
  constraint account_name_taken UNIQUE (name),
  constraint account_pkey PRIMARY KEY (id),
  constraint account_score_check CHECK ((score >= (0)::numeric))
);
CREATE TRIGGER account_touch BEFORE UPDATE ON public.account FOR EACH ROW EXECUTE FUNCTION touch();

view active as
 SELECT id,
    name
   FROM account
  WHERE (seen_at > (now() - '1 day'::interval));

table session (
  account_id bigint not null,
  "odd key" integer,
  constraint session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
);
CREATE INDEX session_by_account ON public.session USING btree (account_id) WHERE ("odd key" > 0);
`;

const TYPES = `// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

export interface AccountTable {
  id: GeneratedAlways<string>;
  name: string;
  mood: Generated<'calm' | 'it\\'s fine'>;
  tags: Generated<string[]>;
  moods: ('calm' | 'it\\'s fine')[] | null;
  born: string | null;
  seen_at: Generated<Date>;
  settings: unknown;
  picture: Buffer | null;
  score: string | null;
  shout: GeneratedAlways<string | null>;
}

export interface ActiveTable {
  id: ColumnType<string | null, never, never>;
  name: ColumnType<string | null, never, never>;
}

export interface SessionTable {
  account_id: string;
  'odd key': number | null;
}

export interface Schema {
  account: AccountTable;
  active: ActiveTable;
  session: SessionTable;
}
`;

test('[P19] a schema has one text, whoever asks and whatever was made and dropped in between', async () => {
  const database = await world.cloneDatabase();
  assert.equal(await describeSchema(world.connection('owner')), SCHEMA);
  const owner = await openAdmin(database.connection('owner'));
  await owner.query('alter table session add column passing int');
  assert.notEqual(await describeSchema(database.connection('owner')), SCHEMA);
  await owner.query('alter table session drop column passing');
  await owner.close();
  assert.equal(await describeSchema(database.connection('owner')), SCHEMA);
});

test('[P19] the types of queries are those of the columns', async () => {
  assert.equal(await describeTypes(world.connection('owner')), TYPES);
});
