-- What a POST of a user costs PostgreSQL at least with this data model, for pgbench -M prepared -D organization=UUID -D connection=UUID, on
-- the tables of lean_tables.sql: in one pipeline and one transaction the token is looked up, a member, a user of 1 KB and its email are
-- written, an event and its link of a chain of hashes. Not in it: policies, foreign keys, whether others have the email (the keys say
-- that), locks against other requests, counting users, telling other programs.
\set a random(1, 9223372036854775807)
\startpipeline
begin;
select t.id, t.organization_id, c.dialect, o.max_users from muster.token t
    join muster.connection c on c.organization_id = t.organization_id and c.id = t.connection_id
    join muster.organization o on o.id = t.organization_id
    where t.hash = sha256(convert_to(:a::bigint::text, 'UTF8')) or (t.organization_id = :organization::uuid and t.connection_id = :connection::uuid)
    limit 1;
insert into lean.member (organization_id, id, email, email_key, first_name, last_name)
    values (:organization::uuid, md5(:a::bigint::text || 'm')::uuid, :a::bigint || '@example.com', :a::bigint || '@example.com', 'Given', 'Family');
insert into lean.scim_user (organization_id, id, connection_id, member_id, active, user_name_key, external_id, external_id_unique, email_key,
                            display_name, resource, folded, created_at, modified_at)
    values (:organization::uuid, md5(:a::bigint::text)::uuid, :connection::uuid, md5(:a::bigint::text || 'm')::uuid, true,
            :a::bigint || '@example.com', :a::bigint::text, :a::bigint::text, :a::bigint || '@example.com', 'Given Family',
            repeat('{"userName":"0123456"}', 45), '{}', now(), now());
insert into lean.scim_user_email (organization_id, connection_id, value_key, user_id)
    values (:organization::uuid, :connection::uuid, :a::bigint || '@example.com', md5(:a::bigint::text)::uuid);
insert into lean.audit_event (organization_id, id, at, action, target_id, data)
    values (:organization::uuid, md5(:a::bigint::text || 'e')::uuid, now(), 'scim.user.provisioned', md5(:a::bigint::text)::uuid,
            repeat('{"userName":"0123456"}', 12));
insert into lean.audit_seal (organization_id, event_id, hash)
    values (:organization::uuid, md5(:a::bigint::text || 'e')::uuid, sha256(convert_to(repeat(:a::bigint::text, 20), 'UTF8')));
commit;
\endpipeline
