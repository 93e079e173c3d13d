-- The directory in three layers, the change feed, and the coordination territories.
-- Names follow the domain: one table per concept, the column of a field is the field's name.

-- Layer 1: what each source says, as it said it -----------------------------------------------------------------

create table source (
    name text primary key check (length(name) between 1 and 100),
    -- The lowest speaks first when sources disagree.
    rank integer not null default 50,
    created_at timestamptz not null
);

create table run (
    id bigint generated always as identity primary key,
    source text not null references source (name),
    format text not null,
    -- The file or address, as the operator named it.
    location text not null,
    partial boolean not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    -- Counts and unmapped codes; the issues are rows of their own.
    report jsonb not null
);
create index run_source on run (source, id desc);

create table run_issue (
    run bigint not null references run (id) on delete cascade,
    position integer not null,
    severity text not null check (severity in ('error', 'warning')),
    file text not null,
    line bigint,
    "column" bigint,
    record text,
    field text,
    found text not null,
    expected text not null,
    primary key (run, position)
);

create table source_record (
    source text not null references source (name),
    source_id text not null check (length(source_id) between 1 and 1000),
    payload jsonb not null,
    -- The normalised form: field -> storage form. `since`: field -> when its present value was first read.
    "values" jsonb not null,
    since jsonb not null,
    hash bytea not null,
    first_run bigint references run (id),
    last_run bigint references run (id),
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    withdrawn_at timestamptz,
    primary key (source, source_id)
);
create index source_record_first_run on source_record (first_run);
create index source_record_last_run on source_record (last_run);

-- Layer 3: the listing, written by the resolver alone -------------------------------------------------------------

create table organization (
    id bigint generated always as identity primary key,
    name text not null unique
);

create table listing (
    id uuid primary key,
    slug text not null constraint listing_slug unique,
    name text not null check (name <> ''),
    acronym text,
    category text not null,
    organization bigint references organization (id),
    finess text,
    siret text,
    ror_id text,
    summary text,
    description text,
    hours text,
    audiences text[] not null,
    age_min smallint,
    age_max smallint,
    themes text[] not null,
    modes text[] not null,
    referral text,
    referred_by text[] not null,
    inclusion text,
    exclusion text,
    delay_days smallint,
    cost text,
    languages text[] not null,
    accessibility text[] not null,
    status text not null,
    verified_on date,
    source_url text,
    extra jsonb,
    provenance jsonb not null,
    withdrawn_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index listing_category on listing (category);
create index listing_organization on listing (organization);
create index listing_finess on listing (finess) where finess is not null;
create index listing_siret on listing (siret) where siret is not null;
create index listing_verified_on on listing (verified_on);

-- Position 0 is the main site, the one of the spreadsheet's columns.
create table site (
    listing uuid not null references listing (id) on delete cascade,
    position integer not null,
    address text,
    postal_code text,
    commune text,
    lat double precision,
    lon double precision,
    precision text,
    primary key (listing, position),
    check ((lat is null) = (lon is null) and (lat is null) = (precision is null))
);
create index site_commune on site (commune);

create table contact (
    listing uuid not null references listing (id) on delete cascade,
    kind text not null check (kind in ('phone', 'email', 'mssante', 'website')),
    position integer not null,
    value text not null,
    primary key (listing, kind, position)
);
create index contact_value on contact (kind, value);

create table coverage (
    listing uuid not null references listing (id) on delete cascade,
    position integer not null,
    level text not null,
    code text,
    radius_km double precision,
    primary key (listing, position),
    check ((level = 'radius') = (radius_km is not null))
);
create index coverage_code on coverage (level, code);

-- Layer 2: what people decided ------------------------------------------------------------------------------------

-- Which listing a record speaks of. `decided_by` is null for the link a record founds its own listing with.
create table link (
    source text not null,
    source_id text not null,
    listing uuid not null references listing (id) deferrable initially deferred,
    decided_by text,
    decided_at timestamptz,
    primary key (source, source_id),
    foreign key (source, source_id) references source_record (source, source_id)
);
create index link_listing on link (listing);

-- A value that stands over the sources'. An override that is replaced or given up is ended, never deleted.
create table listing_override (
    id bigint generated always as identity primary key,
    listing uuid not null references listing (id),
    field text not null,
    value jsonb,
    base jsonb,
    author text not null,
    reason text not null check (reason <> ''),
    at timestamptz not null,
    until timestamptz,
    ended_at timestamptz
);
create unique index listing_override_standing on listing_override (listing, field) where ended_at is null;

-- Who changed what, when, why: only the fields that changed.
create table revision (
    id bigint generated always as identity primary key,
    listing uuid not null references listing (id),
    at timestamptz not null,
    author text not null,
    reason text not null,
    run bigint references run (id),
    before jsonb not null,
    after jsonb not null
);
create index revision_listing on revision (listing, id desc);
create index revision_run on revision (run) where run is not null;

-- Coordination territories ----------------------------------------------------------------------------------------

create table territory (
    code text primary key,
    kind text not null,
    name text not null,
    source text not null references source (name),
    updated_at timestamptz not null,
    -- Its source no longer has it: kept, no longer read.
    withdrawn_at timestamptz
);
create index territory_source on territory (source);

create table territory_commune (
    territory text not null references territory (code) on delete cascade,
    commune text not null,
    primary key (territory, commune)
);
create index territory_commune_commune on territory_commune (commune);

-- The change feed -------------------------------------------------------------------------------------------------

-- Every change of a listing or territory, in commit order. The order is a fact of the database, not of the program:
-- deferred triggers append at commit, under a lock that is held until the commit is visible. So whoever sees an entry
-- sees every earlier one, and a slow transaction that commits late is numbered late.
create table feed (
    seq bigint generated always as identity primary key,
    entity text not null check (entity in ('listing', 'territory')),
    entity_id text not null,
    at timestamptz not null default clock_timestamp()
);

create function feed_append(entity text, entity_id text) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('maille.feed'));
    insert into feed (entity, entity_id) values (entity, entity_id);
    perform pg_notify('maille_feed', '');
end
$$;

create function feed_listing() returns trigger language plpgsql as $$
begin
    perform feed_append('listing', (case when tg_op = 'DELETE' then old.id else new.id end)::text);
    return null;
end
$$;

create function feed_territory() returns trigger language plpgsql as $$
begin
    perform feed_append('territory', case when tg_op = 'DELETE' then old.code else new.code end);
    return null;
end
$$;

create constraint trigger feed after insert or update or delete on listing
    deferrable initially deferred for each row execute function feed_listing();
create constraint trigger feed after insert or update or delete on territory
    deferrable initially deferred for each row execute function feed_territory();

-- What readers of listings read: the fields in their storage form, put together again. --------------------------

create view listing_document as
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
    listing.withdrawn_at
from listing
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
    select jsonb_agg(
        jsonb_build_object('source', source_record.source, 'source_id', source_record.source_id, 'last_seen', source_record.last_seen)
        order by source_record.source, source_record.source_id) as sources
    from link
    join source_record on source_record.source = link.source and source_record.source_id = link.source_id
    where link.listing = listing.id
) as records on true;
