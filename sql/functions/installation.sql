-- first: migrations name it
create or replace function muster.installation() returns uuid
    language sql immutable parallel safe
    as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;

comment on function muster.installation() is
'The installation itself, as an organization: what is about no organization (webhooks and keys of the installation, their
events) is its.
Parameters: none.
Returns: its id.
Locks: none.
Called by: statements and functions that are about the installation or leave it out.';
