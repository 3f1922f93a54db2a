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
comment on table muster.member_word is 'What members are found and sorted by; the function file_members writes it.';
comment on column muster.member_word.whole is 'the name to sort by; false: a word by whose beginning the member is found';
select muster.protect('muster.member_word', 'muster_scim', 'select, delete');

create index member_word_member on muster.member_word (organization_id, member_id);

-- A column of its own says whom the table has: a create writes nothing there.
alter table muster.member add column filed boolean not null default true;
alter table muster.member alter column filed set default false;
comment on column muster.member.filed is 'whether member_word has the member''s names; muster-deliver sees to it soon after they are new';
create index member_unfiled on muster.member (organization_id, id) where not filed;
create trigger words_changed before update of display_name, first_name, last_name, email on muster.member
    for each row when (old.filed and (old.display_name, old.first_name, old.last_name, old.email) is distinct from
                                     (new.display_name, new.first_name, new.last_name, new.email)) execute function muster.unfile_member();

-- The few among the many: the deactivated, and those with a role of their own.
create index member_ended on muster.member (organization_id, id) where status = 'deactivated';
create index member_by_role on muster.member (organization_id, organization_role, id) where organization_role <> 'org:member';

insert into muster.schema_migration (number, name) values (31, '0031_member_word');
