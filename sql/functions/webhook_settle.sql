create or replace function muster.webhook_settle(organization uuid, endpoint uuid, target uuid, held uuid, outcome text, answer_status integer,
                                      problem text, took_ms integer, answer text, retry_seconds double precision,
                                      pause_seconds double precision, time_scale double precision)
    returns text
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$
        select muster.webhook_outcome(organization, endpoint, target, held, outcome, answer_status, problem, took_ms, answer, retry_seconds,
                                      pause_seconds, time_scale, 5, 5, 60, 5, 2)
    $$;

comment on function muster.webhook_settle(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision,
double precision, double precision) is
'webhook_outcome() for workers of releases up to 1.1.0, which may still run on the newer schema; it will be removed with
the next release.
Parameters: as for webhook_outcome(), with the policy fixed here.
Returns: as webhook_outcome().
Locks: as webhook_outcome().
Called by: workers of older releases.';

revoke all on function muster.webhook_settle(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision, double precision, double precision) from public;
grant execute on function muster.webhook_settle(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision, double precision, double precision) to muster_deliver;
