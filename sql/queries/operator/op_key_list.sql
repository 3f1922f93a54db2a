-- The API keys, in the order of their creation.
-- params: 1 organization_id uuid? (null: all)
-- row object: object json
select muster.object(k) as object from muster.api_key k where $1::uuid is null or k.organization_id = $1::uuid order by k.id
