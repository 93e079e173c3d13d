-- The desk: sheets of calls. Nothing here tells who a person is: texts were scanned before they came.
create table call (
    -- Made by the page that opened the sheet, so that what is sent twice is one sheet.
    id uuid primary key,
    account uuid not null references account (id),
    -- The territory whose desk it is; none for a desk of the whole directory.
    territory text references territory (code),
    opened_at timestamptz not null,
    touched_at timestamptz not null,
    -- How long somebody worked on it.
    seconds integer not null default 0 check (seconds >= 0),
    -- It waits while another one is answered.
    parked boolean not null default false,
    closed_at timestamptz,
    -- It was none after all: it counts for nothing.
    discarded_at timestamptz,
    query text not null default '' check (char_length(query) <= 1000),
    need text not null default '' check (char_length(need) <= 1000),
    note text not null default '' check (char_length(note) <= 1000),
    categories text[] not null default '{}',
    -- Where the person lives: a commune, `sans-domicile`, `inconnu`; none while nobody asked.
    home text,
    subject text,
    age_band text,
    requester text,
    channel text,
    answer text,
    unmet boolean not null default false,
    recall boolean not null default false,
    -- The parts that somebody said by hand: no search changes them.
    by_hand text[] not null default '{}',
    recall_due timestamptz not null,
    recalled_at timestamptz,
    handed_at timestamptz,
    -- At its end, or when whoever called was called back.
    answered_at timestamptz,
    -- Raised by every write: whoever writes says which one they saw.
    version integer not null,
    -- The last writing that was taken: sent again because its answer was lost, it is taken once.
    last_sent uuid not null,
    check (requester is not null or closed_at is null),
    check (answer is not null or closed_at is null)
);
create index call_account on call (account, opened_at desc);
create index call_open on call (account, opened_at) where closed_at is null and discarded_at is null;
create index call_opened on call (opened_at);
create index call_territory on call (territory, opened_at desc);
create index call_recall on call (recall_due) where recall and recalled_at is null and discarded_at is null;
create index call_ended on call (closed_at) where closed_at is not null and discarded_at is null;
create index call_handed on call (handed_at) where handed_at is not null and discarded_at is null;

-- The resources of a call, in the order in which they were thought of.
create table call_listing (
    call uuid not null references call (id),
    listing uuid not null references link (record),
    position integer not null,
    given_at timestamptz,
    -- What became of it.
    outcome text check (outcome in ('repondu', 'non-eligible', 'complet', 'injoignable', 'autre')),
    outcome_at timestamptz,
    outcome_by text,
    primary key (call, listing),
    check ((outcome is null) = (outcome_at is null) and (outcome is null) = (outcome_by is null))
);
create index call_listing_listing on call_listing (listing);
create index call_listing_failed on call_listing (listing, call) where outcome is not null and outcome <> 'repondu';

-- An answer sent as a link, which ends by itself: the resources as they were given then, and nothing else of the call.
create table call_link (
    -- SHA-256 of the secret.
    secret bytea primary key,
    call uuid not null references call (id),
    listings uuid[] not null,
    -- Where the person lived then.
    commune text,
    made_at timestamptz not null,
    expires_at timestamptz not null
);
create index call_link_call on call_link (call);

-- What is to be done of calls: `rank` says which comes first in its list. Of those that ended between these instants, one asks
-- what became of the resources.
create function follow_up_line(ended_after timestamptz, ended_before timestamptz)
returns table (list text, call uuid, territory text, rank double precision)
language sql stable as $$
    select 'a-rappeler', call.id, call.territory, extract(epoch from call.recall_due)::double precision
    from call
    where call.recall and call.recalled_at is null and call.discarded_at is null
    union all
    select 'a-demander', call.id, call.territory, extract(epoch from call.closed_at)::double precision
    from call
    where call.closed_at between ended_after and ended_before and call.discarded_at is null
      and exists (
          select from call_listing
          where call_listing.call = call.id and call_listing.given_at is not null and call_listing.outcome is null)
    union all
    select 'niveau-2', call.id, call.territory, -extract(epoch from call.handed_at)::double precision
    from call
    where call.handed_at is not null and call.discarded_at is null
$$;

-- As before; what was set aside of an orientation that failed goes where its listing goes.
create or replace view line_aside as
select kind, listing, mark, until, author, reason, at from set_aside where ended_at is null and kind not in ('doublon', 'echec')
union all
select 'doublon', a, b::text, until, author, reason, at from doubtful_pair
union all
select * from (
    select distinct on (link.listing, set_aside.mark)
        set_aside.kind, link.listing, set_aside.mark, set_aside.until, set_aside.author, set_aside.reason, set_aside.at
    from set_aside join link on link.record = set_aside.listing
    where set_aside.kind = 'echec' and set_aside.ended_at is null
    order by link.listing, set_aside.mark, set_aside.id desc
) as failure;

-- As before, and the orientations of the desk that failed: one line for a call, also when it was given two listings that are one.
create or replace function inbox_line(categories text[], counted_since date[])
returns table (kind text, listing uuid, mark text, since timestamptz, rank double precision, other uuid)
language sql stable as $$
    select 'signalement', link.listing, report.id::text, report.at, extract(epoch from report.at)::double precision, null::uuid
    from report join link on link.record = report.listing
    where report.settled_at is null
    union all
    select 'echec', failed.listing, failed.call::text || ' ' || failed.outcome, failed.outcome_at,
           extract(epoch from failed.outcome_at)::double precision, null
    from (
        select distinct on (link.listing, call_listing.call)
            link.listing, call_listing.call, call_listing.outcome, call_listing.outcome_at
        from call_listing
        join call on call.id = call_listing.call and call.discarded_at is null
        join link on link.record = call_listing.listing
        where call_listing.outcome <> 'repondu'
        order by link.listing, call_listing.call, call_listing.outcome_at desc, call_listing.outcome
    ) as failed
    union all
    select 'doublon', pair.a, pair.b::text, null, -pair.score::double precision, pair.b
    from waiting_pair as pair
    union all
    -- Withdrawn because its source was dropped is decided already.
    select 'retrait', listing.id, extract(epoch from listing.withdrawn_at)::text, listing.withdrawn_at,
           -extract(epoch from listing.withdrawn_at)::double precision, null
    from listing
    where listing.withdrawn_at is not null
      and not (select own.merged from link as own where own.record = listing.id)
      and not exists (select from presence where presence.listing = listing.id and presence.ended_at is null)
      and (select bool_or(source.dropped_at is null) from link join source on source.name = link.source where link.listing = listing.id)
    union all
    select 'verification', listing.id, coalesce(listing.verified_on::text, 'jamais'), null,
           coalesce(extract(epoch from listing.verified_on)::double precision, '-infinity'), null
    from live_listing as listing
    left join unnest(categories, counted_since) as cadence (category, day) on cadence.category = listing.category
    where listing.verified_on is null or listing.verified_on < cadence.day
    union all
    select 'sans-zone', listing.id, '', null, 0, null
    from live_listing as listing
    where not exists (select from coverage where coverage.listing = listing.id)
    union all
    select 'sans-contact', listing.id, '', null, 0, null
    from live_listing as listing
    where not exists (select from answered_contact where answered_contact.listing = listing.id)
$$;
