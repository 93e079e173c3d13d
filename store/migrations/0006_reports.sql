-- What people say is wrong with a sheet, without saying who they are. Added to, settled by the team, never deleted.
create table report (
    -- Derived from what is said, so that what is sent twice is kept once.
    id uuid primary key,
    listing uuid not null references listing (id),
    reason text not null
        check (reason in ('ferme', 'ne-repond-plus', 'horaires', 'territoire', 'criteres', 'sature', 'autre')),
    reporter text check (reporter in ('professionnel', 'personne', 'service')),
    text text not null check (char_length(text) <= 2000),
    at timestamptz not null,
    settled_at timestamptz
);
create index report_listing on report (listing);
create index report_waiting on report (at desc) where settled_at is null;
