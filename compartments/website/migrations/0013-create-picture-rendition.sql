create table picture_rendition (
  picture_sha256 text not null references picture,
  media_type text not null check (media_type in ('image/avif', 'image/webp', 'image/jpeg', 'image/png')),
  width integer not null check (width between 1 and 4000),
  height integer not null check (height between 1 and 20000),
  bytes integer not null check (bytes between 1 and 5242880),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  primary key (picture_sha256, media_type, width)
);
comment on table picture_rendition is 'A picture in other widths and formats; bytes are blobs. The digest of what shows the picture covers them.';
