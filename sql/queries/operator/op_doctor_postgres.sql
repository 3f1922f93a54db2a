-- Settings of the server that decide how fast it is: as shown, and as a number (bytes, seconds, hundredths of a cost;
-- null: a word).
-- params: none
-- row: name text, value text, amount bigint
select s.name, current_setting(s.name) as value,
       case s.vartype when 'integer' then s.setting::bigint * case s.unit when '8kB' then 8192 when 'kB' then 1024 when 'MB' then 1048576
                                                                          when 'min' then 60 else 1 end
                      when 'real' then round(s.setting::numeric * 100)::bigint end as amount
from pg_settings s
where s.name in ('max_wal_size', 'checkpoint_timeout', 'wal_compression', 'shared_buffers', 'huge_pages', 'random_page_cost', 'max_connections')
order by s.name
