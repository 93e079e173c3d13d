-- A listing that is renamed takes the slug of its new name; the old one goes on leading to it, for ever.

create table former_slug (
    slug text primary key,
    listing uuid not null references listing (id) on delete cascade,
    -- When the listing left it.
    since timestamptz not null
);
create index former_slug_listing on former_slug (listing);

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
    former.slugs as former_slugs
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
        jsonb_build_object('source', source_record.source, 'source_id', source_record.source_id, 'last_seen',
            last_seen(source_record.last_seen, source_record.seen_alone, source.seen_at))
        order by source_record.source, source_record.source_id) as sources
    from link
    join source_record on source_record.source = link.source and source_record.source_id = link.source_id
    join source on source.name = link.source
    where link.listing = listing.id
) as records on true
left join lateral (
    select array_agg(former_slug.slug order by former_slug.since, former_slug.slug) as slugs
    from former_slug
    where former_slug.listing = listing.id
) as former on true;
