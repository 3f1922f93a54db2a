-- What is still to be reset from an attribute mapping that is not applied to everybody.
-- params: none
-- row: resets text
select coalesce((select m.resets from muster.attribute_mapping m
                 where m.organization_id = muster.organization_id() and m.version <> m.applied_version), '') as resets
