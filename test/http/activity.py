"""What a connection has received, as the tests ask for it."""

NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"


def activity(customer):
    return customer.api.read(f"{customer.connection_path}/activity")


def watched(customer):
    """As a session of the portal sees it."""
    session = customer.api.made(f"{customer.path}/portal-embed-tokens", {})
    return customer.api.with_key(session["token"])


def a_minute_passes(customer):
    """Since the last use of each token of the connection was written."""
    customer.server.sql(f"""update muster.token set last_used_at = last_used_at - interval '61 seconds'
                            where connection_id = '{customer.connection['id']}'""")


def age(customer, interval):
    customer.server.sql(f"""update muster.token set last_used_at = last_used_at - interval '{interval}' where connection_id = '{customer.connection['id']}';
                            update muster.connection_request set at = at - interval '{interval}' where connection_id = '{customer.connection['id']}'""")


def raw(customer, header, path="/Users"):
    """A request with any Authorization header."""
    return customer.server.client(None).get(path, headers={"Authorization": header})


def problems(customer):
    return [(p["code"], p["person"] and p["person"]["name"], p["count"]) for p in activity(customer)["problems"]]


def hints(customer):
    return [(h["code"], h["reason"], h["token"]["id"], h["count"]) for h in activity(customer)["token_hints"]]


def rows(customer):
    """Which versions the rows that a request may write have."""
    of = f"organization_id = '{customer.id}'"
    return customer.server.sql(f"""select 'token', id::text, xmin::text from muster.token where {of}
                                   union all select 'connection', id::text, xmin::text from muster.connection where {of}
                                   union all select 'request', place, xmin::text from muster.connection_request where {of}
                                   union all select 'event', count(*)::text, '' from muster.audit_event where {of} order by 1, 2""")
