-- What /ServiceProviderConfig tells of security events is the organization's own.

grant select (organization_id, format, removed_at) on muster.webhook_endpoint to muster_scim;
create policy announced on muster.webhook_endpoint for select to muster_scim using (organization_id = muster.organization_id());

insert into muster.schema_migration (number, name) values (10, '0010_http');
