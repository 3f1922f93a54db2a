-- first: migrations name it
create or replace function muster.installation() returns uuid
    language sql immutable parallel safe
    as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;

comment on function muster.installation() is
'The id that stands for the installation in place of an organization: it owns webhooks and keys of the installation, and
their events.
Parameters: none.
Returns: its id.
Locks: none.
Called by: statements and functions that use or exclude the installation.';
