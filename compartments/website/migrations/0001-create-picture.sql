create table picture (
  sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text not null check (media_type in ('image/png', 'image/jpeg', 'image/webp')),
  bytes integer not null check (bytes between 1 and 5242880),
  width integer not null check (width between 1 and 20000),
  height integer not null check (height between 1 and 20000),
  added_by text not null check (length(added_by) between 1 and 64),
  added_at timestamptz not null
);
comment on table picture is 'Pictures that were uploaded; their bytes are blobs of the same digest.';
