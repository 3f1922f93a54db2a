create or replace function muster.audit(organization uuid, event uuid, action text, connection uuid, target_type text, target uuid, data jsonb,
                             request uuid, client text) returns void
    language sql volatile
    as $$
        insert into muster.audit_event
        select e.*
        from (select coalesce(event, muster.uuid7()) as id) i
        cross join lateral muster.event(organization, i.id, now(), action, connection, target_type, target, data, request, client) e
    $$;

comment on function muster.audit(uuid, uuid, text, uuid, text, uuid, jsonb, uuid, text) is
'Writes one audit event of the control plane. The first event of a request has the request''s id.
Parameters: organization: whose log; event: its id, null: any; action; connection: null: none; target_type, target: the
changed object; data: an object; request: id of the request; client: address, null: none.
Returns: nothing.
Locks: none.
Called by: api_audit, api_connection_create, api_connection_set, api_domain_claim_add, api_domain_claim_remove,
api_link_request_decide, api_mapping_set, api_member_add, api_member_set, api_organization_members_end,
api_organization_told, api_schema_add, api_schema_remove, api_token_issue, api_token_revoke, api_tokens_revoke,
api_webhook_create, api_webhook_remove, api_webhook_replay_dead, api_webhook_replay_range, api_webhook_replay_told,
api_webhook_rotate, api_webhook_set, domain_claim_settle, op_key_create, op_key_revoke, op_signing_key_rotate.';
