-- What of a source a run reads, and what it could not take. A record remembers the region its source files it under and
-- the profile it was last read with: absence means something only for a run that would have seen it.

alter table run
    add column region text,
    add column profile smallint check (profile between 0 and 5);

alter table source_record
    add column region text,
    add column profile smallint check (profile between 0 and 5),
    -- Contacts that the source does not give to everybody: never part of a listing.
    add column restricted jsonb;

create table run_rejected (
    run bigint not null references run (id) on delete cascade,
    position integer not null,
    record text,
    -- The record as the source wrote it.
    payload jsonb not null,
    reasons text[] not null,
    primary key (run, position)
);
