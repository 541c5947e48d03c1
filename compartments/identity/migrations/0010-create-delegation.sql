-- Whom people speak for: States, organisations, units of the Secretariat, media, the public.
create table delegation (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  kind text not null
    check (kind in ('member-state', 'associate-member', 'igo', 'ngo', 'secretariat', 'media', 'public')),
  -- ISO 3166-1 alpha-3 for States, an acronym for others
  code text not null constraint delegation_code_free unique check (code ~ '^[A-Z0-9][A-Z0-9-]{1,15}$'),
  -- language → name; the English one is always there
  names jsonb not null check (jsonb_typeof(names) = 'object' and char_length(names ->> 'en') between 1 and 200),
  -- `compartment/role` that its people can be given; `*` for every role of every compartment
  holds text[] not null check (cardinality(holds) <= 200),
  status text not null check (status in ('active', 'ended')),
  -- counts changes: who changes what somebody else changed meanwhile is told
  version integer not null default 1,
  is_sample boolean not null default false,
  created_at timestamptz not null,
  changed_at timestamptz not null
);

-- The one delegation that every estate begins with: whoever administers belongs to it.
insert into delegation (id, kind, code, names, holds, status, created_at, changed_at) values (
  'secretariat', 'secretariat', 'SEC',
  '{"en": "Secretariat", "fr": "Secrétariat", "es": "Secretaría", "ru": "Секретариат", "zh": "秘书处", "ar": "الأمانة العامة"}',
  '{*}', 'active', '2020-10-02T14:00:00Z', '2020-10-02T14:00:00Z'
);
