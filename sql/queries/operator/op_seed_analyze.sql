-- Statistics of the tables that muster seed fills.
-- params: none
-- row: none
analyze muster.member, muster.scim_user, muster.scim_user_email, muster.team, muster.scim_group, muster.scim_group_user, muster.team_member
