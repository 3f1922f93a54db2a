-- Grants our roles the rights that they need, and revokes others from PUBLIC (muster.settle_rights).
-- params: none
-- row: settle_rights void
select muster.settle_rights()
