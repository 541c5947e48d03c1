create table book (
  id serial primary key,
  slug text not null unique,
  title text not null,
  author text not null,
  summary text not null default '',
  copies integer not null default 1 check (copies >= 0)
);

insert into book (slug, title, author, summary, copies) values
  ('the-tide-tables', 'The Tide Tables', 'A. Marsh', 'How the sea keeps its appointments, port by port.', 2),
  ('knots-and-splices', 'Knots and Splices', 'B. Lanyard', 'Sixty knots, each drawn twice.', 1),
  ('lights-of-the-coast', 'Lights of the Coast', 'C. Fresnel', 'Every lighthouse from the cape to the estuary.', 3),
  ('a-harbour-year', 'A Harbour Year', 'D. Quay', 'Twelve months on one pier.', 1);
