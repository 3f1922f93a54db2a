-- first: policies of tables call it
create or replace function muster.everywhere() returns boolean
    language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('muster.everywhere', true), '')::boolean, false) $$;

comment on function muster.everywhere() is
'Whether a key of the installation asks with a URL that names no organization.
Parameters: none.
Returns: true: every organization is visible.
Locks: none.
Called by: policies of organization and of the webhook tables.';
