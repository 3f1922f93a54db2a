-- What a request needs to know of its connection and its organization stands in its token's row, so that it is read at once.
alter table muster.token add column of_connection text, add column of_organization text;
comment on column muster.token.of_connection is 'dialect identity email linking unknown_members group_names status of the connection';
comment on column muster.token.of_organization is
    'max_users max_groups max_group_members rate burst schema_version of the organization; - where there is none';

create trigger settings before insert or update of of_connection, of_organization on muster.token
    for each row execute function muster.keep_settings();
create trigger settings after update on muster.connection
    for each row
    when ((old.dialect, old.identity, old.email, old.linking, old.unknown_members, old.group_names, old.status)
          is distinct from (new.dialect, new.identity, new.email, new.linking, new.unknown_members, new.group_names, new.status))
    execute function muster.pass_settings();
create trigger settings after update on muster.organization
    for each row
    when ((old.max_users, old.max_groups, old.max_group_members, old.rate, old.burst, old.schema_version)
          is distinct from (new.max_users, new.max_groups, new.max_group_members, new.rate, new.burst, new.schema_version))
    execute function muster.pass_settings();
update muster.token set of_connection = null, of_organization = null;
alter table muster.token alter column of_connection set not null, alter column of_organization set not null;

insert into muster.schema_migration (number, name) values (32, '0032_token_settings');
