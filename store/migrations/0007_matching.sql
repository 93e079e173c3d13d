-- One thing, one listing: records of several sources that describe the same thing speak for one listing.

-- The order in which sources speak is a configuration now, by format or by name (`maille precedence`); the last row is in force.
create table precedence (
    id bigint generated always as identity primary key,
    orders jsonb not null,
    author text not null,
    reason text not null check (reason <> ''),
    at timestamptz not null
);

alter table source add column format text;
update source set format = coalesce(
    (select run.format from run where run.source = source.name order by run.id desc limit 1), 'csv');
alter table source
    alter column format set not null,
    drop column rank,
    -- Since when what it says counts for nothing, because a person said so.
    add column dropped_at timestamptz;

-- `record` is the listing that the record founds, and is that of no other; `listing` the one that it speaks for: its own, or that
-- of an older record which describes the same thing. A listing whose own record speaks for another is merged into that one:
-- kept as it was, to come back, and read by nobody meanwhile.
alter table link add column record uuid;
update link set record = listing;
alter table link
    alter column record set not null,
    add constraint link_record unique (record),
    -- Whether its listing is merged into another. A column, for what share of listings is must be known to whoever plans to read them.
    add column merged boolean not null generated always as (record <> listing) stored,
    drop column decided_by,
    drop column decided_at;

-- What records that may be the same have in common, so that each is compared with few others.
create table match_key (
    key bigint not null,
    record uuid not null references link (record),
    primary key (key, record)
);
create index match_key_record on match_key (record);

-- Pairs of records that are alike, and why.
create table match_pair (
    a uuid not null references link (record),
    b uuid not null references link (record),
    score real not null,
    reasons jsonb not null,
    primary key (a, b),
    check (a < b)
);
create index match_pair_b on match_pair (b);

-- What people decided of two records, and the pairs that follow: all the records of one listing and all those of the other, when
-- two listings are not the same. The latest decision holds; one that is taken back is ended, never deleted, and those before
-- it hold again.
create table match_decision (
    id bigint generated always as identity primary key,
    a uuid not null references link (record),
    b uuid not null references link (record),
    same boolean not null,
    author text not null,
    reason text not null check (reason <> ''),
    at timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    ended_reason text,
    check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_reason is null))
);
create index match_decision_a on match_decision (a);
create index match_decision_other on match_decision (b);

create table match_decision_pair (
    decision bigint not null references match_decision (id),
    a uuid not null references link (record),
    b uuid not null references link (record),
    primary key (decision, a, b),
    check (a < b)
);
create index match_decision_pair_a on match_decision_pair (a);
create index match_decision_pair_b on match_decision_pair (b);

create view decided_pair as
select pair.a, pair.b, decision.id as decision, decision.same
from match_decision_pair as pair
join match_decision as decision on decision.id = pair.decision
where decision.ended_at is null;

-- Who said that what a source says counts, or counts for nothing.
create table source_standing (
    id bigint generated always as identity primary key,
    source text not null references source (name),
    dropped boolean not null,
    author text not null,
    reason text not null check (reason <> ''),
    at timestamptz not null
);
create index source_standing_source on source_standing (source);

alter table listing_override
    -- The decisions about other records of its listing that this one was made over: they stand, and speak again without it.
    add column over bigint[] not null default '{}',
    -- Who ended it, and why: unsetting may change nothing else that history would tell.
    add column ended_by text,
    add column ended_reason text;

-- The version of the rules that pairs were found by: other rules, and all are found again.
create table matched (version integer not null);

alter table listing
    -- field -> what records say besides the value kept.
    add column others jsonb,
    -- The first of the listings that may be this one, while nobody has decided.
    add column twin uuid;

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
    listing.twin
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
