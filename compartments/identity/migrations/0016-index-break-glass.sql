-- Found by whether they can still be used, and by whose they are.
create index break_glass_open on break_glass (created_at) where ended_at is null;
create index break_glass_half_of_holder on break_glass_half (holder_id);
