create or replace function muster.webhook_claim(most integer, rest integer, width integer, lease_seconds double precision, worker integer, behind uuid)
    returns table (organization_id uuid, id uuid, endpoint_id uuid, target_id uuid, sequence bigint, lease uuid, attempts integer,
                   endpoint_organization_id uuid, url text, format text, audience text, allow_private boolean, secret bytea,
                   previous_secret bytea)
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$
        select r.*
        from muster.webhook_reserve(most, rest, most, 8, width, lease_seconds, 2, worker,
                                    coalesce((select w.organization_id from muster.webhook_endpoint w where w.id = behind), behind)) r
    $$;

comment on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) is
'webhook_reserve() for workers of releases up to 1.1.0, which may still run on the newer schema; it will be removed with
the next release.
Parameters: most: in all; rest: at most so many that are no leavers; width: of an endpoint; lease_seconds; worker: its
number; behind: the organizations after that of this endpoint come first.
Returns: as webhook_reserve().
Locks: as webhook_reserve().
Called by: workers of older releases.';

revoke all on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) from public;
grant execute on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) to muster_deliver;
