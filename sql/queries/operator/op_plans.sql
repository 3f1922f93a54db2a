-- Has our roles' statements planned once for each connection (muster.settle_plans).
-- params: none
-- row: settle_plans void
select muster.settle_plans()
