-- Domains that an organization says it owns, until a TXT record proves it. Kept apart from the verified domains: the operator sets those as well.
create table muster.domain_claim (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    domain text collate "C" not null check (domain <> ''),
    ascii text collate "C" not null check (ascii = lower(ascii) and ascii <> ''),
    value text not null,
    state text not null default 'waiting' check (state in ('waiting', 'verified', 'lost')),
    answer text check (answer in ('found', 'not_found', 'other_value', 'no_answer')),
    claimed_by_type text not null,
    claimed_by_id uuid,
    created_at timestamptz(3) not null default now(),
    verified_at timestamptz(3),
    lost_at timestamptz(3),
    checked_at timestamptz(3),
    next_check_at timestamptz(3) not null default now(),
    leased_until timestamptz(3),
    primary key (organization_id, id),
    constraint domain_claim_domain unique (organization_id, ascii)
);
create index domain_claim_due on muster.domain_claim (next_check_at);
create index domain_claim_leased on muster.domain_claim (organization_id, leased_until) where leased_until is not null;
select muster.protect('muster.domain_claim', 'muster_admin', 'select, insert, update, delete');
create policy background on muster.domain_claim to muster_deliver using (true) with check (true);
grant select, update on muster.domain_claim to muster_deliver;
comment on table muster.domain_claim is
    'Domains that an organization says it owns. muster-deliver looks for the TXT record of each; the value is of this claim alone, so nobody else''s record proves it.';
comment on column muster.domain_claim.domain is 'as emails have it in their key: in Unicode, if that means the same';
comment on column muster.domain_claim.ascii is 'as name servers have it';
comment on column muster.domain_claim.value is 'of the TXT record';
comment on column muster.domain_claim.answer is 'of the last lookup; null: there was none';
comment on column muster.domain_claim.claimed_by_type is 'the actor who claimed it, as in the audit log';
comment on column muster.domain_claim.leased_until is 'a worker looks it up; until then no other does';

alter table muster.organization_domain add column claim_id uuid;
create index organization_domain_claim on muster.organization_domain (organization_id, claim_id) where claim_id is not null;
grant insert on muster.organization_domain to muster_deliver;
comment on column muster.organization_domain.claim_id is 'the claim that brought it in, and with which it goes; null: an operator did';

insert into muster.schema_migration (number, name) values (29, '0029_domain_claim');
