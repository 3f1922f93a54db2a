"""A directory of any size, and a value for each parameter of each statement that fits it."""
import hashlib
import json

from helpers import made_up_token

ORGANIZATION, CONNECTION = "11111111-0000-7000-8000-000000000001", "22222222-0000-7000-8000-000000000001"
FIRST = "00000000-0000-0000-0000-000000000000"
NEW = "f0000000-0000-7000-8000-000000000001"
TOKEN = made_up_token()


def made_id(kind, n):
    """The id of the n-th row of a kind: a user, b member, c group, d team, e event."""
    return f"{kind}0000000-0000-7000-8000-{n:012x}"


def array(*ids):
    return "{" + ",".join(ids) + "}"


USER, MEMBER, GROUP, TEAM, EVENT = (made_id(kind, 7) for kind in "abcde")
IDS = {"user": USER, "group": GROUP, "member": MEMBER, "team": TEAM, "connection": CONNECTION, "organization": ORGANIZATION, "request": NEW}
TYPES = {"uuid": NEW, "text": "x", "jsonb": "{}", "boolean": "true", "bigint": "10", "integer": "1", "smallint": "1",
         "timestamptz": "2026-11-30T12:00:00Z", "double precision": "1", "uuid[]": array(USER), "text[]": "{a}", "boolean[]": "{true}", "bytea": "\\x00"}
# Parameters that mean the same wherever they stand; None: null.
NAMES = {
    "skip": "0", "limit": "100", "count": "100", "most": "100", "after": None, "before_at": None, "before_id": None, "from_place": "0",
    "bytes": "1000000", "look": "1000", "hash": hashlib.sha256(TOKEN.encode()).hexdigest(), "asked": None, "client_address": None, "lock": "shared",
    "whole": None, "base_url": "http://x", "user_name_key": "u7@example.com", "email_key": "u7@example.com", "external_id": "x7-",
    "external_id_unique": "x7-", "display_name_key": "group 7", "display_name_unique": "group 7", "name_key": "group 7",
    "prefix": "group 7 (", "domain": "example.com", "keep": None, "leave": None, "displays": None, "display_keys": None, "first_id": None,
    "event_id": None, "organization": "plans", "slug_or_id": "plans", "manager_id": None, "api_key_id": None, "actor_id": None,
    "from": None, "to": None, "actions": None, "behind": None, "state": None, "why": None, "error": None, "response": None, "place": None,
    "below_ids": None, "group_ids": array(GROUP), "member_ids": array(MEMBER), "slot": "0", "users": "1", "groups": "0", "type": "User",
    "resource_type": "User", "action": "scim.user.created", "target_id": USER, "values": '[{"attribute": "a", "key": "b"}]', "keys": '["a@x"]',
    "members": json.dumps([{"id": MEMBER, "organization_role": "org:admin", "public_metadata": {}, "before": "org:member"}]),
    "status": "active", "delivery_id": None, "request_hash": "00" * 32, "milliseconds": "1000", "lock_ms": "5000", "resets": "", "resting": "{}",
    "outcome": "delivered", "days": "30", "definition": '{"attributes": []}', "mapping": "{}",
}
# The ways of a list of people, as its first page asks for them.
ASKED = {"q": None, "status": None, "role": None, "team_key": None, "team": None, "source": None, "local": "false", "picks": "true", "after_key": "",
         "after_id": FIRST, "look": "1001", "limit": "101"}
PEOPLE = {"created": {**ASKED, "picks": "false", "look": "101"}, "newest": {**ASKED, "after_id": FIRST.replace("0", "f")},
          "ended": {**ASKED, "status": "deactivated"},
          "role": {**ASKED, "role": "org:admin"}, "team": {**ASKED, "team_key": "group 7", "team": "Group 7", "status": "active"},
          "source": {**ASKED, "source": CONNECTION, "role": "org:member"}, "name": {**ASKED, "status": "deactivated"},
          "word": {**ASKED, "q": "user 7"}, "local": {**ASKED, "local": "true"}}
PEOPLE = {way: {**asked, "way": "created" if way == "local" else way} for way, asked in PEOPLE.items()}
# What a statement wants otherwise.
OWN = {
    "group_target_groups": {"ids": array(made_id("c", 8))}, "group_groups_add": {"ids": array(made_id("c", 9))},
    "group_groups_remove": {"ids": array(made_id("c", 8))}, "group_people": {"after": FIRST}, "op_extension_users": {"after": FIRST},
    "op_extension_groups": {"after": FIRST}, "mapping_pending": {"after": FIRST}, "api_event_feed": {"after": "0"},
    "member_leave_groups": {"member_id": USER}, "api_link_request_list": {"status": None},
    "api_audit_list": {"action": None, "prefix": None, "request_id": None, "person": None, "person_key": None, "refused": None},
    "member_insert": {"email_key": "new"}, "team_insert": {"name_key": "new"}, "api_team_add": {"name_key": "new"}, "api_member_add": {"email_key": "new"},
    "user_insert": {"member_id": NEW, "user_name_key": "new", "external_id": "new", "external_id_unique": "new"},
    "group_insert": {"team_id": NEW, "display_name_unique": "new"}, "api_team_show": {"name_key": None}, "deliver_settle": {"status": "200"},
    "api_webhook_create": {"fields": '{"url": "https://x.example", "events": ["*"], "format": "muster"}'},
    "api_connection_create": {"fields": '{"name": "n", "identity_provider": "okta"}'}, "api_organization_set": {"changes": '{"name": "x"}'},
    "api_token_issue": {"id": made_id("f", 2), "hash": "11" * 32, "fields": '{"name": "n"}'}, "api_team_join": {"member_id": made_id("b", 8)},
    "op_user_refold": {"id": USER}, "op_group_refold": {"id": GROUP}, "api_authenticate": {"hash": "22" * 32}, "token_denied": {"hash": "33" * 32},
    "unique_values_set": {"resource_id": USER}, "link_request_add": {"email_key": "new"}, "group_parents_for_update": {"group_id": made_id("c", 1)},
    "api_member_list": PEOPLE["created"], "api_team_list": {"term": None, "after_id": FIRST, "look": "101", "limit": "101"},
    "api_group_connection": {"team_id": TEAM}, "api_portal_session_add": {"link_hash": None, "hash": "44" * 32},
    "ready": {"release": "1.2.0"}, "members_insert": {"ids": array(NEW), "statuses": "{active}"},
    "users_insert": {"ids": array(NEW), "member_ids": array(NEW), "folded": '{"{}"}'},
    "users_emails_add": {"keys": r'{"[\"a@x\"]"}'}, "users_unique_add": {"values": r'{"[{\"attribute\": \"a\", \"key\": \"b\"}]"}'},
    "audit_add_users": {"data": '{"{}"}'}, "problems_forget": {"kind": "user"}, "request_note": {"status": "200"},
    "problems_note": {"problems": json.dumps([{"code": "c", "kind": "user", "keys": ["k"], "method": "PUT", "status": 400, "detail": "d"}])},
    "api_domain_claim_add": {"domain": "new.example", "ascii": "new.example"}, "domain_claim_settle": {"answer": "found"},
    "api_mapping_subject": {"id": USER}, "api_team_link_people": {"group_id": made_id("c", 8)}, "api_jobs": {"id": None},
    "api_groups_unknown": {"groups": json.dumps([{"group": "Group 7", "key": "group 7"}, {"group": NEW, "key": NEW, "id": NEW}])},
}
# What must have been done in the same transaction.
BEFORE = {"user_insert": ["member_insert"], "users_insert": ["members_insert"], "group_insert": ["team_insert"], "group_delete": ["group_empty"]}


def value_of(statement, name, kind):
    own = OWN.get(statement.name, {})
    if name in own:
        return own[name]
    noun = statement.name.removeprefix("api_").split("_")[0]
    if name == "id":
        return NEW if statement.name.endswith(("_insert", "_add", "_create", "_issue")) or kind not in ("uuid", "text") else IDS.get(noun, NEW)
    if name in NAMES:
        return NAMES[name]
    return IDS.get(name.removesuffix("_id"), TYPES[kind]) if name.endswith("_id") else TYPES[kind]


def values_of(statement):
    return [value_of(statement, name, kind.strip()) for name, kind in statement.params]


def id_of(kind, number):
    return f"('{kind}0000000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


TENANT = """
insert into muster.organization (id, slug, name, max_users, max_groups, max_group_members, rate, burst)
values ('{o}', 'plans', 'Plans', null, null, null, null, null);
insert into muster.connection (organization_id, id, name, identity_provider) values ('{o}', '{c}', 'IdP', 'entra');
insert into muster.token (id, organization_id, connection_id, name, hash, prefix) values ('{new}', '{o}', '{c}', 'IdP', '\\x{hash}', 'x');
"""
USERS = """
insert into muster.member (organization_id, id, email, email_key, display_name)
select '{o}', {member}, 'u' || n || '@example.com', 'u' || n || '@example.com', 'User ' || n || ' Family' from generate_series({first}, {last}) n;
insert into muster.scim_user (organization_id, id, connection_id, member_id, active, user_name_key, external_id, external_id_unique, email_key,
                              display_name, manager_id, resource, folded, created_at, modified_at)
select '{o}', {user}, '{c}', {member}, true, 'u' || n || '@example.com', 'x' || n || '-', 'x' || n || '-', 'u' || n || '@example.com',
       'User ' || n || ' Family', {manager},
       json_build_object('userName', 'u' || n || '@example.com', 'title', 't' || n, 'displayName', 'User ' || n || ' Family')::text,
       jsonb_build_object('userName', 'u' || n || '@example.com', 'title', 't' || n, 'displayName', 'user ' || n || ' family',
                          'emails', jsonb_build_array(jsonb_build_object('value', 'u' || n || '@example.com', 'type', 'work'))),
       timestamptz '2026-01-01 00:00Z' + n * interval '1 min', timestamptz '2026-01-01 00:00Z' + n * interval '1 min'
from generate_series({first}, {last}) n;
insert into muster.scim_user_email (organization_id, connection_id, value_key, user_id)
select '{o}', '{c}', 'u' || n || '@example.com', {user} from generate_series({first}, {last}) n;
"""
GROUPS = """
insert into muster.team (organization_id, id, name, name_key)
select '{o}', {team}, 'Group ' || n, 'group ' || n from generate_series({first}, {last}) n;
insert into muster.scim_group (organization_id, id, connection_id, team_id, display_name, display_name_key, display_name_unique, external_id,
                               member_count, resource, folded, created_at, modified_at)
select '{o}', {group}, '{c}', {team}, 'Group ' || n, 'group ' || n, 'group ' || n, 'g' || n, {each},
       json_build_object('displayName', 'Group ' || n)::text, jsonb_build_object('displayName', 'group ' || n), now(), now()
from generate_series({first}, {last}) n;
"""
MEMBERS = """
insert into muster.scim_group_user (organization_id, connection_id, group_id, user_id)
select distinct '{o}'::uuid, '{c}'::uuid, {group}, {user} from generate_series({first}, {last}) g, generate_series(0, {each} - 1) k;
insert into muster.team_member (organization_id, team_id, member_id, linked, added)
select distinct '{o}'::uuid, {team}, {member}, true, false from generate_series({first}, {last}) g, generate_series(0, {each} - 1) k;
"""
NESTED = """
insert into muster.scim_group_group (organization_id, connection_id, parent_id, child_id)
select '{o}', '{c}', {parent}, {child} from generate_series(0, 1) n;
"""
LOG = """
insert into muster.audit_event (organization_id, id, at, action, actor_type, connection_id, target_type, target_id, request_id)
select '{o}', {event}, now() - interval '1 s' * ({last} - n) / 1000, 'scim.user.created', 'operator', '{c}', 'scim_user', {user}, {event}
from generate_series({first}, {last}) n;
insert into muster.audit_seal (organization_id, sequence, event_id, at, salt, commitment, hash)
select '{o}', n + 1, {event}, now() - interval '1 s' * ({last} - n) / 1000, sha256('a'), sha256('a'), sha256('a')
from generate_series({first}, {last}) n;
"""


class Directory:
    """An organization that grows, in the database; `cur` is the superuser's."""

    def __init__(self, cur):
        self.cur, self.users, self.groups = cur, 0, 0
        self.run(TENANT, new=NEW, hash=NAMES["hash"])

    def run(self, text, **more):
        self.cur.execute(text.format(o=ORGANIZATION, c=CONNECTION, **more))

    def grow(self, users, groups, each):
        """To so many users; so many more groups, whose members are spread over all of them."""
        first, last = self.users, users - 1
        numbered = {kind: id_of(letter, "n") for kind, letter in (("user", "a"), ("member", "b"), ("event", "e"))}
        self.run(USERS, first=first, last=last, manager=id_of("a", "n / 10"), **numbered)
        self.cur.execute("set session_replication_role = replica")  # nobody seals what is sealed here
        self.run(LOG, first=first, last=last, **numbered)
        self.cur.execute("set session_replication_role = origin")
        begin, end = self.groups, self.groups + groups - 1
        self.run(GROUPS, first=begin, last=end, each=each, group=id_of("c", "n"), team=id_of("d", "n"))
        place = f"(g * 7919 + k * {max(users // each, 1)}) % {users}"
        self.run(MEMBERS, first=begin, last=end, each=each, group=id_of("c", "g"), team=id_of("d", "g"), user=id_of("a", place), member=id_of("b", place))
        if begin == 0:
            self.run(NESTED, parent=id_of("c", "n"), child=id_of("c", "n + 1"))
        self.users, self.groups = users, self.groups + groups
        self.run("select muster.recount_usage('{o}')")
