create or replace function muster.portal_idle_end(organization uuid, used timestamptz, ends timestamptz) returns timestamptz
    language sql stable
    as $$ select least(ends, interval '60 minutes' + greatest(used, (select max(t.last_used_at) from muster.token t where t.organization_id = organization))) $$;

comment on function muster.portal_idle_end(uuid, timestamptz, timestamptz) is
'When a session of the portal ends by itself: an hour after its last change, or after the last request of an identity
provider of its organization, which the administrator works at meanwhile.
Parameters: organization: its id; used: the last change; ends: the latest end.
Returns: the time; null: the link was not opened.
Locks: none.
Called by: authenticate_session(), object().';
