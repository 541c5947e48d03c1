--! breaking
alter table annex_vi add column filed_by text;
alter table annex_vi add constraint annex_vi_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100)));
CREATE INDEX annex_vi_of_filed_by ON public.annex_vi USING btree (filed_by, id);
CREATE INDEX audit_duty_send_plan ON public.audit USING btree (country, plan_due) WHERE ((id > 0) AND (plan_due IS NOT NULL) AND (country IS NOT NULL) AND (state = ANY (ARRAY['planned'::text, 'under-way'::text, 'reported'::text, 'closed'::text])) AND (plan_sent IS NULL));
CREATE INDEX ballast_water_duty_review ON public.ballast_water USING btree (country, review_on) WHERE ((id > 0) AND (review_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text) AND (reviewed_on IS NULL) AND (kind = 'exemption'::text));
alter table casualty add column filed_by text;
alter table casualty add constraint casualty_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100)));
CREATE INDEX casualty_duty_report ON public.casualty USING btree (reporting_state, happened_at) WHERE ((id > 0) AND (happened_at IS NOT NULL) AND (reporting_state IS NOT NULL) AND (state = 'draft'::text));
CREATE INDEX casualty_of_filed_by ON public.casualty USING btree (filed_by, id);
drop index casualty_investigation_of_severity;
alter table casualty_investigation drop constraint casualty_investigation_severity_fits;
alter table casualty_investigation drop column severity;
alter table condition_assessment add column filed_by text;
alter table condition_assessment add constraint condition_assessment_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100)));
CREATE INDEX condition_assessment_of_filed_by ON public.condition_assessment USING btree (filed_by, id);
CREATE INDEX contact_point_duty_confirm ON public.contact_point USING btree (country, confirmed_on) WHERE ((id > 0) AND (confirmed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
create table duty_told (
  module text not null,
  duty text not null,
  reference text not null,
  owed_by text not null,
  due date not null,
  stage text not null,
  at timestamp with time zone not null,
  constraint duty_told_owed_by_check CHECK ((length(owed_by) = 3)),
  constraint duty_told_pkey PRIMARY KEY (module, duty, reference, owed_by, due, stage),
  constraint duty_told_stage_check CHECK ((stage = ANY (ARRAY['soon'::text, 'overdue'::text])))
);
alter table equipment add column filed_by text;
alter table equipment add constraint equipment_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100)));
CREATE INDEX equipment_of_filed_by ON public.equipment USING btree (filed_by, id);
alter table fuel_consumption add column filed_by text;
alter table fuel_consumption add constraint fuel_consumption_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100)));
CREATE INDEX fuel_consumption_duty_statement ON public.fuel_consumption USING btree (flag, year_ended_on) WHERE ((id > 0) AND (year_ended_on IS NOT NULL) AND (flag IS NOT NULL) AND (state = ANY (ARRAY['reported'::text, 'verified'::text])) AND (statement_on IS NULL));
CREATE INDEX fuel_consumption_of_filed_by ON public.fuel_consumption USING btree (filed_by, id);
alter table hook add column filed_by text;
alter table hook add constraint hook_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100)));
CREATE INDEX hook_of_filed_by ON public.hook USING btree (filed_by, id);
CREATE INDEX inadequacy_duty_answer ON public.inadequacy USING btree (port_state, sent_on) WHERE ((id > 0) AND (sent_on IS NOT NULL) AND (port_state IS NOT NULL) AND (state = ANY (ARRAY['draft'::text, 'sent'::text, 'answered'::text, 'closed'::text])) AND (answered_on IS NULL));
CREATE INDEX lost_container_duty_verify ON public.lost_container USING btree (flag, happened_at) WHERE ((id > 0) AND (happened_at IS NOT NULL) AND (flag IS NOT NULL) AND (state = 'reported'::text));
CREATE INDEX piracy_incident_duty_answer ON public.piracy_incident USING btree (coastal_state, happened_at) WHERE ((id > 0) AND (happened_at IS NOT NULL) AND (coastal_state IS NOT NULL) AND (state = ANY (ARRAY['reported'::text, 'confirmed'::text])) AND (reporting_state IS NOT NULL) AND (coastal_action IS NULL));
CREATE INDEX port_facility_duty_renew ON public.port_facility USING btree (country, compliance_until) WHERE ((id > 0) AND (compliance_until IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
CREATE INDEX port_facility_duty_review ON public.port_facility USING btree (country, reviewed_on) WHERE ((id > 0) AND (reviewed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
CREATE INDEX reception_facility_duty_confirm ON public.reception_facility USING btree (country, confirmed_on) WHERE ((id > 0) AND (confirmed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
alter table recognized_organization add column delegation text;
alter table recognized_organization add constraint recognized_organization_delegation_fits CHECK (((char_length(delegation) >= 1) AND (char_length(delegation) <= 100)));
CREATE UNIQUE INDEX recognized_organization_one_delegation_country ON public.recognized_organization USING btree (delegation, country) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE INDEX search_and_rescue_duty_confirm ON public.search_and_rescue USING btree (country, confirmed_on) WHERE ((id > 0) AND (confirmed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
alter table survey add column filed_by text;
alter table survey add constraint survey_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100)));
CREATE INDEX survey_of_filed_by ON public.survey USING btree (filed_by, id);
CREATE INDEX training_duty_evaluate ON public.training USING btree (country, communicated_on) WHERE ((id > 0) AND (communicated_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text) AND (kind = 'evaluation'::text));
alter table treaty_action drop constraint treaty_action_act_fits;
alter table treaty_action add constraint treaty_action_act_fits CHECK ((act = ANY (ARRAY['signature'::text, 'definitive-signature'::text, 'ratification'::text, 'acceptance'::text, 'approval'::text, 'accession'::text, 'succession'::text, 'declaration'::text, 'extension'::text, 'figures'::text, 'withdrawal'::text])));
