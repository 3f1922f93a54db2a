-- Grants to our roles what their work needs, and takes from PUBLIC what nobody is meant to have
-- (muster.settle_rights).
-- params: none
-- row: settle_rights void
select muster.settle_rights()
