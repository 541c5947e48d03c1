-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

table acknowledged (
  recovery text not null,
  summary jsonb not null,
  version integer not null,
  constraint acknowledged_pkey PRIMARY KEY (recovery, version),
  constraint acknowledged_recovery_fkey FOREIGN KEY (recovery) REFERENCES recovery(id)
);

table acknowledged_entry (
  recovery text not null,
  place integer not null,
  standing text not null,
  request text,
  account text,
  entry jsonb not null,
  version integer not null,
  constraint acknowledged_entry_pkey PRIMARY KEY (recovery, version, place),
  constraint acknowledged_entry_recovery_version_fkey FOREIGN KEY (recovery, version) REFERENCES acknowledged(recovery, version)
);
CREATE INDEX acknowledged_entry_by_account ON public.acknowledged_entry USING btree (account) WHERE (account IS NOT NULL);

table acknowledgement_cut (
  recovery text not null,
  compartment text not null,
  cut jsonb not null,
  settled_at timestamp with time zone,
  constraint acknowledgement_cut_pkey PRIMARY KEY (recovery),
  constraint acknowledgement_cut_recovery_fkey FOREIGN KEY (recovery) REFERENCES recovery(id)
);
CREATE INDEX acknowledgement_cut_due ON public.acknowledgement_cut USING btree (recovery) WHERE (settled_at IS NULL);

table applied (
  compartment text not null,
  part text not null,
  epoch integer not null,
  state text not null,
  is_ok boolean not null,
  detail text not null,
  seen_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  closure jsonb,
  constraint applied_part_check CHECK ((part = ANY (ARRAY['gateway'::text, 'supervisor'::text]))),
  constraint applied_pkey PRIMARY KEY (compartment, part, epoch)
);

table approval (
  recovery text not null,
  operator text not null,
  digest text,
  is_approved boolean not null,
  reason text not null,
  given_at timestamp with time zone not null,
  constraint approval_pkey PRIMARY KEY (recovery),
  constraint approval_recovery_fkey FOREIGN KEY (recovery) REFERENCES recovery(id)
);

table collection (
  id text not null,
  compartment text not null,
  is_preview boolean not null,
  requested_by text not null,
  reason text not null,
  requested_at timestamp with time zone not null,
  attempts integer not null default 0,
  ended_at timestamp with time zone,
  outcome jsonb,
  failure text,
  constraint collection_check CHECK (((ended_at IS NULL) = ((outcome IS NULL) AND (failure IS NULL)))),
  constraint collection_pkey PRIMARY KEY (id)
);
CREATE INDEX collection_by_compartment ON public.collection USING btree (compartment, requested_at DESC);
CREATE UNIQUE INDEX collection_one_scheduled ON public.collection USING btree (compartment) WHERE ((ended_at IS NULL) AND (requested_by = 'schedule'::text));

table compartment_secret (
  compartment text not null,
  vault_secret text not null,
  recovery text not null,
  rotated_at timestamp with time zone not null,
  replication_password text,
  constraint compartment_secret_pkey PRIMARY KEY (compartment)
);

table drill (
  id text not null,
  compartment text not null,
  mode text not null,
  seed bigint not null,
  requested_by text not null,
  reason text not null,
  requested_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  attempts integer not null default 0,
  result text,
  sentence text,
  outcome jsonb,
  receipt jsonb,
  constraint drill_check CHECK (((ended_at IS NULL) = (result IS NULL))),
  constraint drill_pkey PRIMARY KEY (id)
);
CREATE INDEX drill_by_end ON public.drill USING btree (compartment, ended_at DESC);
CREATE UNIQUE INDEX drill_one_scheduled ON public.drill USING btree (compartment) WHERE ((ended_at IS NULL) AND (requested_by = 'schedule'::text));

table drill_owed (
  compartment text not null,
  since_at timestamp with time zone not null,
  constraint drill_owed_pkey PRIMARY KEY (compartment)
);

table erasure (
  id text not null,
  compartment text not null,
  sha256 text not null,
  allows boolean not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamp with time zone not null,
  decided_by text,
  is_approved boolean,
  decided_at timestamp with time zone,
  done_at timestamp with time zone,
  constraint erasure_check CHECK (((decided_by <> requested_by) OR (NOT is_approved))),
  constraint erasure_check1 CHECK ((((decided_by IS NULL) = (is_approved IS NULL)) AND ((decided_by IS NULL) = (decided_at IS NULL)))),
  constraint erasure_pkey PRIMARY KEY (id),
  constraint erasure_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX erasure_due ON public.erasure USING btree (id) WHERE (is_approved AND (done_at IS NULL));

table finding (
  id integer not null generated always as identity,
  rule text not null,
  technique text not null,
  compartment text,
  reporter text not null,
  summary text not null,
  evidence jsonb not null,
  seen_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  last_received_at timestamp with time zone not null,
  reports integer not null default 1,
  samples jsonb not null default '[]'::jsonb,
  incident integer,
  seals boolean not null,
  sealed_epoch integer,
  constraint finding_incident_fkey FOREIGN KEY (incident) REFERENCES incident(id),
  constraint finding_pkey PRIMARY KEY (id),
  constraint finding_reports_check CHECK ((reports > 0))
);
CREATE INDEX finding_by_group ON public.finding USING btree (rule, reporter, received_at);
CREATE INDEX finding_to_seal ON public.finding USING btree (id) WHERE (seals AND (sealed_epoch IS NULL));

table finding_subject (
  finding integer not null,
  kind text not null,
  value text not null,
  at timestamp with time zone not null,
  constraint finding_subject_finding_fkey FOREIGN KEY (finding) REFERENCES finding(id),
  constraint finding_subject_kind_check CHECK ((kind = ANY (ARRAY['session'::text, 'account'::text, 'address'::text, 'request'::text, 'key'::text, 'transaction'::text, 'build'::text]))),
  constraint finding_subject_pkey PRIMARY KEY (finding, kind, value),
  constraint finding_subject_value_check CHECK ((length(value) <= 500))
);

table incident (
  id integer not null generated always as identity,
  compartment text not null,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint incident_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX incident_one_open ON public.incident USING btree (compartment) WHERE (closed_at IS NULL);

table incident_waiver (
  incident integer not null,
  operator text not null,
  scope_sha256 text not null,
  reason text not null,
  given_at timestamp with time zone not null,
  constraint incident_waiver_incident_fkey FOREIGN KEY (incident) REFERENCES incident(id),
  constraint incident_waiver_pkey PRIMARY KEY (incident, operator, scope_sha256)
);

table ledger_due (
  id bigint not null generated always as identity,
  idempotency_key text not null,
  kind text not null,
  body jsonb not null,
  noted_at timestamp with time zone not null,
  constraint ledger_due_idempotency_key_key UNIQUE (idempotency_key),
  constraint ledger_due_pkey PRIMARY KEY (id)
);

table looked_at (
  id text not null,
  compartment text not null,
  requested_by text not null,
  reason text not null,
  started_at timestamp with time zone not null,
  target_lsn text,
  timeline integer,
  ended_at timestamp with time zone,
  constraint looked_at_pkey PRIMARY KEY (id)
);

table notice (
  number integer not null,
  cause text not null,
  at timestamp with time zone not null,
  compartment text,
  kind text not null,
  unaffected text[] not null,
  next_update_at timestamp with time zone,
  constraint notice_cause_key UNIQUE (cause),
  constraint notice_number_check CHECK ((number > 0)),
  constraint notice_pkey PRIMARY KEY (number)
);

table operator_command (
  nonce text not null,
  operator text not null,
  kind text not null,
  signed_command jsonb not null,
  received_at timestamp with time zone not null,
  constraint operator_command_pkey PRIMARY KEY (nonce)
);

table protection_window (
  compartment text not null,
  from_at timestamp with time zone not null,
  to_at timestamp with time zone,
  reason text not null,
  constraint protection_window_pkey PRIMARY KEY (compartment, from_at)
);

table public_reading (
  is_only boolean not null default true,
  way text not null,
  since_at timestamp with time zone not null,
  ordered_by text not null,
  reason text not null,
  told text not null,
  constraint public_reading_is_only_check CHECK (is_only),
  constraint public_reading_pkey PRIMARY KEY (is_only),
  constraint public_reading_way_check CHECK ((way = ANY (ARRAY['away'::text, 'home'::text])))
);

table readmission (
  id text not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamp with time zone not null,
  decided_by text,
  is_approved boolean,
  decided_at timestamp with time zone,
  done_at timestamp with time zone,
  constraint readmission_check CHECK (((decided_by <> requested_by) OR (NOT is_approved))),
  constraint readmission_check1 CHECK ((((decided_by IS NULL) = (is_approved IS NULL)) AND ((decided_by IS NULL) = (decided_at IS NULL)))),
  constraint readmission_check2 CHECK (((done_at IS NULL) OR is_approved)),
  constraint readmission_pkey PRIMARY KEY (id)
);

table receipt_batch (
  key_id text not null,
  sequence integer not null,
  sha256 text not null,
  receipts integer not null,
  signed_batch jsonb not null,
  received_at timestamp with time zone not null,
  id bigint not null generated always as identity,
  constraint receipt_batch_id_key UNIQUE (id),
  constraint receipt_batch_pkey PRIMARY KEY (key_id, sequence),
  constraint receipt_batch_sequence_check CHECK ((sequence > 0))
);

table recovery (
  id text not null,
  compartment text not null,
  kind text not null,
  requested_by text not null,
  reason text not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  step text not null,
  failure text,
  epoch integer,
  quarantine jsonb,
  verification jsonb,
  diff jsonb,
  digest text,
  awaiting_since timestamp with time zone,
  image jsonb,
  lost_beyond_seal bigint,
  asked jsonb,
  timelines jsonb not null default '{}'::jsonb,
  attack jsonb,
  repair jsonb,
  hole jsonb,
  vault_secret text,
  replication_password text,
  target jsonb,
  constraint recovery_kind_check CHECK ((kind = ANY (ARRAY['restore'::text, 'reopen'::text, 'undo'::text, 'revert'::text]))),
  constraint recovery_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX recovery_one_running ON public.recovery USING btree (compartment) WHERE (ended_at IS NULL);

table recovery_blob (
  recovery text not null,
  digest text not null,
  constraint recovery_blob_pkey PRIMARY KEY (recovery, digest),
  constraint recovery_blob_recovery_fkey FOREIGN KEY (recovery) REFERENCES recovery(id)
);

table recovery_step (
  recovery text not null,
  step text not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  is_ok boolean,
  detail text not null default ''::text,
  constraint recovery_step_pkey PRIMARY KEY (recovery, step),
  constraint recovery_step_recovery_fkey FOREIGN KEY (recovery) REFERENCES recovery(id)
);

table recovery_waiver (
  recovery text not null,
  operator text not null,
  reason text not null,
  given_at timestamp with time zone not null,
  constraint recovery_waiver_pkey PRIMARY KEY (recovery, operator),
  constraint recovery_waiver_recovery_fkey FOREIGN KEY (recovery) REFERENCES recovery(id)
);

table seal_record (
  compartment text not null,
  epoch integer not null,
  sealed_by text[] not null,
  reason text not null,
  requested_at timestamp with time zone not null,
  lsn text,
  timeline integer,
  sealed_at timestamp with time zone,
  recorded_at timestamp with time zone,
  constraint seal_record_compartment_epoch_fkey FOREIGN KEY (compartment, epoch) REFERENCES site_order(compartment, epoch),
  constraint seal_record_pkey PRIMARY KEY (compartment, epoch)
);

table site_charge (
  is_only boolean not null default true,
  site text not null,
  since_at timestamp with time zone not null,
  move text,
  constraint site_charge_is_only_check CHECK (is_only),
  constraint site_charge_pkey PRIMARY KEY (is_only),
  constraint site_charge_site_check CHECK ((site = ANY (ARRAY['headquarters'::text, 'stand-in'::text])))
);

table site_move (
  id text not null,
  kind text not null,
  state text not null,
  requested_by text not null,
  reason text not null,
  digest text not null,
  asked_at timestamp with time zone not null,
  approved_by text,
  approved_at timestamp with time zone,
  answered_at timestamp with time zone,
  ended_at timestamp with time zone,
  failure text,
  progress jsonb not null,
  constraint site_move_check CHECK (((state <> ALL (ARRAY['approved'::text, 'done'::text])) OR ((approved_by IS NOT NULL) AND (approved_by <> requested_by)))),
  constraint site_move_kind_check CHECK ((kind = ANY (ARRAY['failover'::text, 'failback'::text]))),
  constraint site_move_pkey PRIMARY KEY (id),
  constraint site_move_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'approved'::text, 'done'::text, 'failed'::text, 'refused'::text])))
);
CREATE UNIQUE INDEX site_move_under_way ON public.site_move USING btree ((true)) WHERE (state = ANY (ARRAY['asked'::text, 'approved'::text]));

table site_order (
  compartment text not null,
  epoch integer not null,
  state text not null,
  cause text not null,
  signed_order jsonb not null,
  issued_at timestamp with time zone not null,
  released_at timestamp with time zone,
  constraint site_order_cause_key UNIQUE (cause),
  constraint site_order_epoch_check CHECK ((epoch > 0)),
  constraint site_order_pkey PRIMARY KEY (compartment, epoch),
  constraint site_order_state_check CHECK ((state = ANY (ARRAY['open'::text, 'read-only'::text, 'sealed'::text, 'restoring'::text, 'verifying'::text])))
);
