-- What a tombstone hides: Entra renames a user that it deletes to 32 hex digits and the name it had.

alter table muster.scim_user add column former_user_name_key text collate "C";
comment on column muster.scim_user.former_user_name_key is 'the userName, folded, that stands behind the digits of a tombstone; null: the userName is none';
comment on column muster.scim_user.email_key is 'the canonical email, folded, of the last time that the user was active; null: it identifies nobody, or was given back by a tombstone';

insert into muster.schema_migration (number, name) values (9, '0009_leavers');
