-- What every table and view is, and every column that the application reads.

comment on table muster.webhook_queue is 'The targets (a user, a group, ...) for which an endpoint has something undelivered: what is claimed, retried and locked.';
comment on table muster.audit_event_default is 'Audit events of months that have no partition of their own.';
comment on view muster.scim_user_group is 'The groups of a user as SCIM shows them: direct ones, and those that hold a group of the user (three levels at most).';
comment on view muster.scim_group_member is 'The direct members of a group as SCIM shows them: live users and groups.';
comment on table muster.schema_migration is 'Which migrations were applied; each adds its own row.';
comment on column muster.schema_migration.checksum is 'SHA-256 of the migration''s text, which muster migrate notes when it applies it';

comment on column muster.organization.id is 'the id in the admin API and in all tables';
comment on column muster.organization.slug is 'a short name for URLs and command lines, unique';
comment on column muster.organization.name is 'the customer''s name';
comment on column muster.organization.max_users is 'how many SCIM users it may have, null: no limit';
comment on column muster.organization.max_groups is 'how many SCIM groups it may have, null: no limit';
comment on column muster.organization.max_group_members is 'how many direct members a group may have, null: no limit';
comment on column muster.organization.burst is 'requests at once beyond the rate, null: no limit';
comment on column muster.organization.created_at is 'when it was made';

comment on column muster.member.organization_id is 'the organization whose member this is';
comment on column muster.member.id is 'the id of the member, for good: it stays when the person leaves and comes back';
comment on column muster.member.first_name is 'from the identity provider, as the attribute mapping says; null: not known';
comment on column muster.member.last_name is 'from the identity provider, as the attribute mapping says; null: not known';
comment on column muster.member.display_name is 'the name to show, as the attribute mapping says; null: not known';
comment on column muster.member.external_id is 'the identity provider''s own id of the person, as the attribute mapping says; null: not known';
comment on column muster.member.organization_role is 'org:member, org:admin or another role that the attribute mapping or an administrator gave';
comment on column muster.member.public_metadata is 'what the attribute mapping puts here, an object';
comment on column muster.member.created_at is 'when the member was first seen';
comment on column muster.member.updated_at is 'when one of the other columns changed last';

comment on column muster.team.organization_id is 'the organization whose team this is';
comment on column muster.team.id is 'the id of the team';
comment on column muster.team.name is 'the name to show';
comment on column muster.team.name_key is 'the name, folded (NFKC, case) and unique in the organization';
comment on column muster.team.created_at is 'when it was made';
comment on column muster.team.updated_at is 'when one of the other columns changed last';

comment on column muster.team_member.organization_id is 'the organization of both';
comment on column muster.team_member.team_id is 'the team';
comment on column muster.team_member.member_id is 'the member, who is active';
comment on column muster.team_member.created_at is 'since when the member is in the team';

comment on column muster.team_roster.organization_id is 'the organization of both';
comment on column muster.team_roster.team_id is 'the team';
comment on column muster.team_roster.team_name is 'its name';
comment on column muster.team_roster.member_id is 'the member';
comment on column muster.team_roster.email is 'as in member';
comment on column muster.team_roster.first_name is 'as in member';
comment on column muster.team_roster.last_name is 'as in member';
comment on column muster.team_roster.display_name is 'as in member';
comment on column muster.team_roster.organization_role is 'as in member';

comment on column muster.active_member.organization_id is 'as in member';
comment on column muster.active_member.id is 'as in member';
comment on column muster.active_member.email is 'as in member';
comment on column muster.active_member.first_name is 'as in member';
comment on column muster.active_member.last_name is 'as in member';
comment on column muster.active_member.display_name is 'as in member';
comment on column muster.active_member.external_id is 'as in member';
comment on column muster.active_member.organization_role is 'as in member';
comment on column muster.active_member.public_metadata is 'as in member';
comment on column muster.active_member.created_at is 'as in member';
comment on column muster.active_member.updated_at is 'as in member';

insert into muster.schema_migration (number, name) values (16, '0016_comments');
