-- One migrate at a time: takes the lock, which is held until the connection ends, or says who has it. Whoever may
-- connect can take it.
-- params: none
-- row: taken boolean, holder text (its process and role; null: it has just let go),
--      patience bigint (milliseconds: lock_timeout, or a minute where there is none)
with lock as (
    select k.key, pg_try_advisory_lock(k.key) as taken
    from (select hashtextextended('muster.migrate', 0) as key) k
)
select lock.taken, h.holder, coalesce(nullif(s.setting, '0'), '60000')::bigint as patience
from lock
left join lateral (select format('the process %s of the role "%s"', l.pid, a.usename) as holder
                   from pg_locks l
                   join pg_database d on d.oid = l.database and d.datname = current_database()
                   join pg_stat_activity a on a.pid = l.pid
                   where l.locktype = 'advisory' and l.granted and l.objsubid = 1
                         and (l.classid::bigint << 32 | l.objid::bigint) = lock.key
                   limit 1) h on not lock.taken
left join pg_settings s on s.name = 'lock_timeout'
