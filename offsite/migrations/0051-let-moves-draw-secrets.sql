-- Secrets are drawn by a recovery or by a move of the whole estate: the column names either.
alter table compartment_secret drop constraint compartment_secret_recovery_fkey;
