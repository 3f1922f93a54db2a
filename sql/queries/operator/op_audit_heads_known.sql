-- The hashes at places of an organization's chain.
-- params: 1 organization_id uuid, 2 sequences bigint[]
-- row place: sequence bigint, hash text (null: there is none)
select p.sequence, encode(s.hash, 'hex') as hash
from unnest($2::bigint[]) p (sequence)
left join muster.audit_seal s on s.organization_id = $1::uuid and s.sequence = p.sequence
order by p.sequence
