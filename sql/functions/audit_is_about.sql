create or replace function muster.audit_is_about(e muster.audit_event, people text[], refused boolean) returns boolean
    language sql immutable parallel safe
    as $$ select (people is null or array[e.target_id::text, e.data ->> 'value', e.data ->> 'member'] && people)
                 and (refused is null or (e.action in ('scim.request.refused', 'scim.token.denied', 'portal.session.refused')) = refused) $$;

comment on function muster.audit_is_about(muster.audit_event, text[], boolean) is
'Whether an event is about one of these people, and was refused or not. PostgreSQL inlines it.
Parameters: e; people: ids of members and SCIM users, also of those who joined or left something; refused: whether the request
or the token was refused. Null: any.
Returns: whether both match.
Locks: none.
Called by: api_audit_list.';
