-- A session may also end because an order of off-site blocked it.
alter table session drop constraint session_ended_by_check;
alter table session add constraint session_ended_by_check
  check (ended_by in ('person', 'administrator', 'new sign-in', 'password change', 'recovery'));
