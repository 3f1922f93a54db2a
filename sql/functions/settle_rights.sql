create or replace function muster.settle_rights() returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    f regprocedure;
begin
    for f in select p.oid::regprocedure from pg_proc p
             where p.pronamespace = 'muster'::regnamespace and p.prosecdef and has_function_privilege('public', p.oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', f);
    end loop;
    if has_database_privilege('public', current_database(), 'connect, temporary') then
        execute format('revoke connect, temporary on database %I from public', current_database());
    end if;
    grant usage on schema muster to muster_scim, muster_app, muster_admin, muster_deliver;
    grant select on muster.organization, muster.member, muster.team, muster.team_member, muster.team_roster, muster.active_member
        to muster_app;

    grant select on muster.organization, muster.organization_domain, muster.connection, muster.attribute_mapping, muster.extension_schema,
        muster.scim_user_group, muster.scim_group_member to muster_scim;
    grant select (organization_id, format, removed_at) on muster.webhook_endpoint to muster_scim;
    grant select, insert on muster.audit_event to muster_scim;
    grant select, insert, update on muster.organization_usage, muster.connection_usage, muster.member, muster.team, muster.scim_user, muster.link_request
        to muster_scim;
    grant select, insert, delete on muster.team_member_parked, muster.scim_user_email, muster.scim_unique_value, muster.scim_group_user,
        muster.scim_group_group to muster_scim;
    grant select, insert, update, delete on muster.team_member, muster.scim_group, muster.scim_modified to muster_scim;
    grant insert on muster.mapping_again to muster_scim;
    grant select, insert, update on muster.connection_request to muster_scim;
    grant select, insert, update, delete on muster.connection_problem to muster_scim;
    grant update (troubled) on muster.connection to muster_scim;
    grant select, insert, delete on muster.left_behind to muster_scim;
    grant select, delete on muster.member_word to muster_scim;

    grant select on muster.schema_migration, muster.audit_seal to muster_admin;
    grant select, insert, update on muster.organization, muster.connection, muster.token, muster.attribute_mapping,
        muster.webhook_endpoint, muster.portal_session to muster_admin;
    grant select, insert, update, delete on muster.organization_domain, muster.domain_claim, muster.idempotency_key,
        muster.extension_schema to muster_admin;
    grant delete on muster.team to muster_admin;
    grant select, update (state, finished_at) on muster.webhook_delivery to muster_admin;
    grant select, update (next_at), delete on muster.webhook_queue to muster_admin;
    grant select (id, public_key, created_at, retired_at), insert on muster.signing_key to muster_admin;

    grant select on muster.audit_seal, muster.signing_key to muster_deliver;
    grant select, update on muster.attribute_mapping, muster.webhook_endpoint to muster_deliver;
    grant select, delete on muster.mapping_again to muster_deliver;
    grant update on muster.left_behind to muster_deliver;
    grant select, update on muster.domain_claim to muster_deliver;
    grant insert on muster.organization_domain to muster_deliver;
    grant select, update, delete on muster.webhook_delivery to muster_deliver;
    grant select, insert, update, delete on muster.webhook_queue to muster_deliver;

    execute format('grant connect on database %I to muster_scim, muster_admin, muster_deliver, muster_app', current_database());
end
$$;

comment on function muster.settle_rights() is
'Sets all rights at the end of muster migrate, after muster.clear_rights(), whatever earlier migrations or an operator
granted: all rights on tables; functions with the owner''s rights may be called only by the roles that their files name;
and only the programs'' roles, the application''s (muster_app, by membership) and roles granted by name may connect.
Default privileges cannot do the second, because they apply to all functions of the owner, who may also have functions
of the application.
Parameters: none.
Returns: nothing.
Locks: none.
Called by: op_rights.';

revoke all on function muster.settle_rights() from public;
