-- What members are found and sorted by. Nobody adds or renames a member until the table is filled: half a minute for a million.
lock table muster.member in share row exclusive mode;

create table muster.member_word (
    organization_id uuid not null,
    whole boolean not null,
    word text collate "C" not null,
    member_id uuid not null
);
insert into muster.member_word (organization_id, whole, word, member_id)
select m.organization_id, true, muster.member_sort_name(m.display_name, m.first_name, m.last_name, m.email), m.id from muster.member m
union all
select m.organization_id, false, unnest(muster.member_words(m.display_name, m.first_name, m.last_name, m.email)), m.id from muster.member m;
alter table muster.member_word add primary key (organization_id, whole, word, member_id);
comment on table muster.member_word is 'What members are found and sorted by; triggers write it with their rows.';
comment on column muster.member_word.whole is 'the name to sort by; false: a word by whose beginning the member is found';
select muster.protect('muster.member_word', 'muster_scim', 'select, insert, delete');

create trigger words after insert on muster.member
    referencing new table as written for each statement execute function muster.add_member_words();
create trigger words_changed after update of display_name, first_name, last_name, email on muster.member
    for each row when ((old.display_name, old.first_name, old.last_name, old.email) is distinct from
                       (new.display_name, new.first_name, new.last_name, new.email)) execute function muster.keep_member_words();

-- The few among the many: the deactivated, and those with a role of their own.
create index member_ended on muster.member (organization_id, id) where status = 'deactivated';
create index member_by_role on muster.member (organization_id, organization_role, id) where organization_role <> 'org:member';

insert into muster.schema_migration (number, name) values (31, '0031_member_word');
