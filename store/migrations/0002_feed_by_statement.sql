-- The feed, appended once for each statement instead of once for each row: an import of a hundred thousand listings made
-- as many calls at its commit. The order stays what the first migration says: numbers are given at commit, under a lock
-- that is held until the commit is visible.

-- What statements of a transaction changed, until its commit. Nothing in it outlives a transaction, so nothing in it
-- needs to outlive a crash.
create unlogged table feed_pending (
    statement bigint generated always as identity primary key,
    entity text not null,
    entity_ids text[] not null
);

create function feed_pending() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('maille.feed'));
    insert into feed (entity, entity_id) select new.entity, unnest(new.entity_ids);
    delete from feed_pending where statement = new.statement;
    perform pg_notify('maille_feed', '');
    return null;
end
$$;

create constraint trigger feed after insert on feed_pending
    deferrable initially deferred for each row execute function feed_pending();

drop trigger feed on listing;
drop trigger feed on territory;
drop function feed_listing();
drop function feed_territory();
drop function feed_append(text, text);

create function feed_listing() returns trigger language plpgsql as $$
begin
    insert into feed_pending (entity, entity_ids)
        select 'listing', array_agg(id::text) from changed having count(*) > 0;
    return null;
end
$$;

create function feed_territory() returns trigger language plpgsql as $$
begin
    insert into feed_pending (entity, entity_ids)
        select 'territory', array_agg(code) from changed having count(*) > 0;
    return null;
end
$$;

-- A trigger that sees what a statement changed has one event.
create trigger feed_inserted after insert on listing
    referencing new table as changed for each statement execute function feed_listing();
create trigger feed_updated after update on listing
    referencing new table as changed for each statement execute function feed_listing();
create trigger feed_deleted after delete on listing
    referencing old table as changed for each statement execute function feed_listing();
create trigger feed_inserted after insert on territory
    referencing new table as changed for each statement execute function feed_territory();
create trigger feed_updated after update on territory
    referencing new table as changed for each statement execute function feed_territory();
create trigger feed_deleted after delete on territory
    referencing old table as changed for each statement execute function feed_territory();
