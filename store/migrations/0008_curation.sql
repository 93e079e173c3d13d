-- Curation by people who have an account: who they are, what they may do where, and what they decide beside corrections.

-- Who works here. An account is closed, never deleted: history names it.
create table account (
    id uuid primary key,
    email text not null check (email = lower(email)),
    -- As history signs it.
    name text not null check (name <> ''),
    -- PHC string (argon2id); none until whoever was invited chose one.
    password text,
    created_at timestamptz not null,
    created_by text not null,
    closed_at timestamptz,
    closed_by text,
    check ((closed_at is null) = (closed_by is null))
);
create unique index account_email on account (email);
create unique index account_name on account (lower(name));

-- What an account may do in a territory; in the whole directory, without one. Ended, never deleted.
create table account_role (
    id bigint generated always as identity primary key,
    account uuid not null references account (id),
    role text not null check (role in ('accueil', 'animation', 'administration')),
    territory text references territory (code),
    given_by text not null,
    given_at timestamptz not null,
    ended_by text,
    ended_at timestamptz,
    check ((ended_at is null) = (ended_by is null))
);
create unique index account_role_standing on account_role (account, coalesce(territory, '')) where ended_at is null;
create index account_role_territory on account_role (territory);

-- Secrets are kept as their SHA-256: whoever reads the database logs in as nobody.
create table session (
    -- Names it where its account lists its sessions; opens nothing.
    id uuid primary key,
    secret bytea not null unique,
    account uuid not null references account (id),
    -- The browser, in a word or two: for its owner to tell one from another.
    agent text not null,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    closed_at timestamptz
);
create index session_account on session (account, seen_at desc);

create table mailed_link (
    secret bytea primary key,
    account uuid not null references account (id),
    purpose text not null check (purpose in ('invitation', 'reinitialisation')),
    made_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index mailed_link_account on mailed_link (account);

create table api_token (
    id uuid primary key,
    secret bytea not null unique,
    account uuid not null references account (id),
    name text not null check (name <> ''),
    scopes text[] not null,
    made_at timestamptz not null,
    expires_at timestamptz,
    used_at timestamptz,
    revoked_at timestamptz
);
create index api_token_account on api_token (account, made_at desc);

-- Whether a listing is in the directory, whatever its sources do: hidden, or kept though no source knows it any more. What people
-- decide of a listing belongs to the record that founds it, and goes where that goes.
create table presence (
    id bigint generated always as identity primary key,
    listing uuid not null references link (record),
    presence text not null check (presence in ('masquee', 'gardee')),
    author text not null,
    reason text not null check (reason <> ''),
    at timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    ended_reason text,
    check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_reason is null))
);
create unique index presence_standing on presence (listing) where ended_at is null;

-- Somebody made sure that a listing, or one field of it, is right.
create table verification (
    id bigint generated always as identity primary key,
    listing uuid not null references link (record),
    -- None: the whole listing.
    field text,
    -- What the field said then: what it says otherwise since was not checked.
    value jsonb,
    means text not null check (means in ('telephone', 'courriel', 'visite')),
    day date not null,
    author text not null,
    at timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    ended_reason text,
    check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_reason is null))
);
create index verification_listing on verification (listing, id desc);

-- Lines of the inbox that a person settled without changing anything, or put off.
create table set_aside (
    id bigint generated always as identity primary key,
    kind text not null,
    listing uuid not null references link (record),
    -- What the line was about: when that is not so any more, the line is another one.
    mark text not null,
    -- Put off until then; for good, without it.
    until timestamptz,
    author text not null,
    reason text not null check (reason <> ''),
    at timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    ended_reason text,
    check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_reason is null))
);
create unique index set_aside_standing on set_aside (kind, listing, mark) where ended_at is null;
create index set_aside_listing on set_aside (listing);

alter table report
    add column settled_by text,
    -- What was done of it.
    add column settled_reason text;

alter table listing_override
    -- The decision that two listings are one which it was made with: it ends when that is taken back.
    add column merge bigint references match_decision (id);
create index listing_override_merge on listing_override (merge) where merge is not null;

-- The pairs of listings that are alike, of which nobody said otherwise: the most alike of their records.
create view waiting_pair as
select distinct on (least(x.listing, y.listing), greatest(x.listing, y.listing))
    least(x.listing, y.listing) as a, greatest(x.listing, y.listing) as b,
    match_pair.score, match_pair.a as one, match_pair.b as other
from match_pair
join link as x on x.record = match_pair.a
join link as y on y.record = match_pair.b
join listing as own on own.id = x.listing and own.withdrawn_at is null
join listing as peer on peer.id = y.listing and peer.withdrawn_at is null
where x.listing <> y.listing
    and not exists (
        select from link as p
        join decided_pair as refused on refused.a = p.record and not refused.same
        join link as q on q.record = refused.b
        where (p.listing, q.listing) = (x.listing, y.listing))
    and not exists (
        select from link as p
        join decided_pair as refused on refused.a = p.record and not refused.same
        join link as q on q.record = refused.b
        where (p.listing, q.listing) = (y.listing, x.listing))
order by least(x.listing, y.listing), greatest(x.listing, y.listing), match_pair.score desc, match_pair.a, match_pair.b;

-- The pairs of listings of which somebody looked, and does not know: kept on the founding records of both.
create view doubtful_pair as
select distinct on (least(x.listing, y.listing), greatest(x.listing, y.listing))
    least(x.listing, y.listing) as a, greatest(x.listing, y.listing) as b,
    set_aside.id, set_aside.author, set_aside.reason, set_aside.at, set_aside.until
from set_aside
join link as x on x.record = set_aside.listing
join link as y on y.record = case when set_aside.kind = 'doublon' then set_aside.mark::uuid end
where set_aside.kind = 'doublon' and set_aside.ended_at is null and x.listing <> y.listing
order by least(x.listing, y.listing), greatest(x.listing, y.listing), set_aside.id desc;

-- What is set aside now, as the lines of the inbox are named: pairs by the listings that their records speak for today.
create view line_aside as
select kind, listing, mark, until, author, reason, at from set_aside where ended_at is null and kind <> 'doublon'
union all
select 'doublon', a, b::text, until, author, reason, at from doubtful_pair;

-- The communes of a territory are those that its source names, and what people decided of some.
create table territory_decision (
    id bigint generated always as identity primary key,
    territory text not null references territory (code),
    commune text not null,
    included boolean not null,
    author text not null,
    reason text not null check (reason <> ''),
    at timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    ended_reason text,
    check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_reason is null))
);
create unique index territory_decision_standing on territory_decision (territory, commune) where ended_at is null;

-- What a run replaced, so that it can be undone: a record as it was. Records that a run made are known by `first_run`.
create table run_replaced (
    run bigint not null references run (id),
    source text not null,
    source_id text not null,
    payload jsonb not null,
    "values" jsonb not null,
    since jsonb not null,
    hash bytea not null,
    region text,
    restricted jsonb,
    profile smallint,
    last_seen timestamptz not null,
    withdrawn_at timestamptz,
    undone boolean not null,
    primary key (run, source_id)
);
alter table source_record
    -- Only runs that were undone showed it: nothing is like it, until its source shows it again.
    add column undone boolean not null default false;
do $$
begin
    alter table run_replaced alter column payload set compression lz4;
    alter table run_replaced alter column "values" set compression lz4;
    alter table run_replaced alter column since set compression lz4;
exception when feature_not_supported then
    null;
end
$$;
alter table run
    -- Whether what it replaced is kept: older runs, and those that wrote territories, cannot be undone.
    add column undoable boolean not null default false,
    -- What its source was read in before, when that was something else.
    add column format_before text,
    add column undone_at timestamptz,
    add column undone_by text,
    add column undone_reason text;

alter table listing
    -- What a person decided of its being there.
    add column presence text,
    -- The latest checks by a person: of the whole, and of fields.
    add column checks jsonb;

-- Whether a listing is within what an account may touch: where it is; for one that is nowhere, whom it serves. The second
-- argument is COG codes, the third parts of a coverage (`epci:200054781`); no communes at all (null) is everywhere.
create function within_reach(listing uuid, communes text[], areas text[]) returns boolean language sql stable as $$
    select $2 is null
        or exists (select from site where site.listing = $1 and site.position = 0 and site.commune = any($2))
        or (not exists (select from site where site.listing = $1 and site.position = 0 and site.commune is not null)
            and exists (select from coverage where coverage.listing = $1 and coverage.code is not null
                            and coverage.level || ':' || coverage.code = any($3)))
$$;

-- The listings that a search may find: in the directory, spoken for by themselves, and not closed.
create view live_listing as
select listing.id, listing.name, listing.category, listing.verified_on, listing.hours, listing.referral
from listing
join link as own on own.record = listing.id and not own.merged
where listing.withdrawn_at is null and listing.status <> 'ferme';

-- The contacts where somebody answers.
create view answered_contact as
select contact.listing from contact where contact.kind <> 'website';

-- How fresh and how complete each of them is.
create view listing_quality as
select
    listing.id,
    listing.name,
    listing.category,
    site.commune,
    listing.verified_on,
    listing.id in (select coverage.listing from coverage) as has_coverage,
    listing.id in (select answered_contact.listing from answered_contact) as has_contact,
    listing.hours is not null as has_hours,
    listing.referral is not null as has_referral,
    coalesce(site.precision = 'adresse', false) as has_position
from live_listing as listing
left join site on site.listing = listing.id and site.position = 0;

-- As `within_reach`, of all listings at once, when it is not everywhere. A test holds the two together.
create function reached(communes text[], areas text[]) returns table (listing uuid) language sql stable as $$
    select site.listing from site where site.position = 0 and site.commune = any(communes)
    union all
    select distinct coverage.listing
    from (select split_part(area, ':', 1) as level, substr(area, strpos(area, ':') + 1) as code from unnest(areas) as area) as part
    join coverage on coverage.level = part.level and coverage.code = part.code
    where not exists (select from site where site.listing = coverage.listing and site.position = 0 and site.commune is not null)
$$;

-- What needs somebody, but for conflicts, which only resolving finds: `kind` and `mark` name the line, as in `set_aside`;
-- `rank` says which comes first in its kind; `other` is the second listing of a pair. `categories` are all kinds of resource,
-- `counted_since` the first day whose checks still count for each.
create function inbox_line(categories text[], counted_since date[])
returns table (kind text, listing uuid, mark text, since timestamptz, rank double precision, other uuid)
language sql stable as $$
    select 'signalement', link.listing, report.id::text, report.at, extract(epoch from report.at)::double precision, null::uuid
    from report join link on link.record = report.listing
    where report.settled_at is null
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
-- All that it reads of the listings that answer, and those that do not.
create index listing_live on listing (id, category, verified_on) where withdrawn_at is null and status <> 'ferme';
create index listing_withdrawn on listing (withdrawn_at) where withdrawn_at is not null;
-- Whether territories changed, which every page of the team asks.
create index feed_territory on feed (seq) where entity = 'territory';

create or replace view listing_document as
select
    listing.id,
    listing.slug,
    jsonb_strip_nulls(jsonb_build_object(
        'name', listing.name,
        'acronym', listing.acronym,
        'category', listing.category,
        'organization', organization.name,
        'finess', listing.finess,
        'siret', listing.siret,
        'ror_id', listing.ror_id,
        'summary', listing.summary,
        'description', listing.description,
        'phone', contacts.phone,
        'email', contacts.email,
        'mssante', contacts.mssante,
        'website', contacts.website,
        'address', site.address,
        'postal_code', site.postal_code,
        'commune', site.commune,
        'location', case when site.lat is not null
            then jsonb_build_object('lat', site.lat, 'lon', site.lon, 'precision', site.precision) end,
        'hours', listing.hours,
        'coverage', covered.parts,
        'audiences', case when listing.audiences <> '{}' then to_jsonb(listing.audiences) end,
        'age_min', listing.age_min,
        'age_max', listing.age_max,
        'themes', case when listing.themes <> '{}' then to_jsonb(listing.themes) end,
        'modes', case when listing.modes <> '{}' then to_jsonb(listing.modes) end,
        'referral', listing.referral,
        'referred_by', case when listing.referred_by <> '{}' then to_jsonb(listing.referred_by) end,
        'inclusion', listing.inclusion,
        'exclusion', listing.exclusion,
        'delay_days', listing.delay_days,
        'cost', listing.cost,
        'languages', case when listing.languages <> '{}' then to_jsonb(listing.languages) end,
        'accessibility', case when listing.accessibility <> '{}' then to_jsonb(listing.accessibility) end,
        'status', listing.status,
        'verified_on', listing.verified_on,
        'source_url', listing.source_url,
        'extra', listing.extra
    )) as fields,
    listing.provenance,
    records.sources,
    listing.withdrawn_at,
    former.slugs as former_slugs,
    listing.others,
    records.merged,
    listing.twin,
    listing.presence,
    listing.checks
from listing
join link as own on own.record = listing.id and not own.merged
left join organization on organization.id = listing.organization
left join site on site.listing = listing.id and site.position = 0
left join lateral (
    select
        jsonb_agg(contact.value order by contact.position) filter (where contact.kind = 'phone') as phone,
        jsonb_agg(contact.value order by contact.position) filter (where contact.kind = 'email') as email,
        jsonb_agg(contact.value order by contact.position) filter (where contact.kind = 'mssante') as mssante,
        jsonb_agg(contact.value order by contact.position) filter (where contact.kind = 'website') as website
    from contact
    where contact.listing = listing.id
) as contacts on true
left join lateral (
    select jsonb_agg(
        case when coverage.level = 'national' then 'national'
             else coverage.level || ':' || coalesce(coverage.code, coverage.radius_km::text) end
        order by coverage.position) as parts
    from coverage
    where coverage.listing = listing.id
) as covered on true
left join lateral (
    -- Of the records, those that speak; all, when none does.
    select
        coalesce(
            jsonb_agg(record.told order by link.source, link.source_id)
                filter (where source_record.withdrawn_at is null and source.dropped_at is null),
            jsonb_agg(record.told order by link.source, link.source_id)) as sources,
        array_agg(link.record order by link.record) filter (where link.record <> listing.id) as merged
    from link
    join source_record on source_record.source = link.source and source_record.source_id = link.source_id
    join source on source.name = link.source
    cross join lateral (select jsonb_build_object(
        'source', link.source, 'source_id', link.source_id, 'last_seen',
        last_seen(source_record.last_seen, source_record.seen_alone, source.seen_at)) as told) as record
    where link.listing = listing.id
) as records on true
left join lateral (
    select array_agg(slug.slug order by slug.since, slug.slug) as slugs
    from (
        select former_slug.slug, former_slug.since
        from link join former_slug on former_slug.listing = link.record
        where link.listing = listing.id
        union all
        select merged.slug, merged.created_at
        from link join listing as merged on merged.id = link.record
        where link.listing = listing.id and link.record <> listing.id
    ) as slug
) as former on true;
