alter table search_and_rescue add column area text;
alter table search_and_rescue add constraint search_and_rescue_area_fits check (char_length(area) between 1 and 12000);
