-- When its person last proved who they are (at its start where nothing is said), and by what; and in which browser, as the hash
-- of the gateway's device cookie.
alter table session add column authenticated_at timestamptz;
alter table session add column method text not null default 'password' check (method ~ '^[a-z][a-z -]{2,39}$');
alter table session add column browser_sha256 text check (browser_sha256 ~ '^[0-9a-f]{64}$');
create index session_by_browser on session (account_id, browser_sha256) where browser_sha256 is not null;
-- Which ends there are is for the code to say, which grows.
alter table session drop constraint session_ended_by_check;
alter table session add constraint session_ended_by_check check (ended_by ~ '^[a-z][a-z -]{2,39}$');
