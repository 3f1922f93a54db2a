-- The number of the organization's last sealed event, 0 if there is none.
-- params: none
-- row: head bigint
select coalesce((select s.sequence from muster.audit_seal s
                 where s.organization_id = muster.organization_id() order by s.sequence desc limit 1), 0) as head
