"""Helpers of the tests of webhook formats: events, their rendering, and the receivers' checks."""
import base64
import json
import subprocess
import time

from helpers import BUILD, ENTERPRISE, GROUP, ROOT, USER

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OLD = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
BASE = "https://scim.example.com/scim/v2"
ORGANIZATION = {"id": "019c3f10-0000-7000-8000-000000000001", "slug": "acme", "name": "Acme"}
CONNECTION = {"id": "019c3f10-0000-7000-8000-000000000002", "name": "Okta", "identity_provider": "okta"}
USER_ID = "019c3f10-0000-7000-8000-000000000003"
GROUP_ID = "019c3f10-0000-7000-8000-000000000004"
MEMBER_ID = "019c3f10-0000-7000-8000-000000000005"
TOKEN_ID = "019c3f10-0000-7000-8000-000000000006"
EVENT_ID = "019c3f10-0000-7000-8000-000000000009"
SCIM_USER = {"schemas": [USER, ENTERPRISE], "id": USER_ID, "userName": "ada@acme.example", "externalId": "00u1",
             "name": {"givenName": "Ada", "familyName": "Lovelace"}, "displayName": "Ada Lovelace", "active": True,
             "emails": [{"value": "ada@home.example", "type": "home"}, {"value": "ada@acme.example", "type": "work", "primary": True}],
             ENTERPRISE: {"employeeNumber": "7", "department": "Engines"}}
SCIM_GROUP = {"schemas": [GROUP], "id": GROUP_ID, "displayName": "Engineering", "externalId": "g1"}
MEMBER = {"id": MEMBER_ID, "email": "ada@acme.example", "first_name": "Ada", "last_name": "Lovelace", "display_name": "Ada Lovelace",
          "status": "active", "organization_role": "org:member", "public_metadata": {"floor": 3}, "external_id": "00u1", "teams": [],
          "links": [{"connection_id": CONNECTION["id"], "scim_user_id": USER_ID, "active": True}], "created_at": "2026-03-01T12:00:00.000Z"}
USER_CHANGES = {"user_name": "ada@acme.example", "member": MEMBER_ID, "member_status": "active"}
LEFT = {"user_name": "ada@acme.example", "member": MEMBER_ID, "member_status": "deactivated"}
TOKEN = {"id": TOKEN_ID, "organization_id": ORGANIZATION["id"], "connection_id": CONNECTION["id"], "name": "Okta", "prefix": "scim_1a2B3c4",
         "created_at": "2026-03-01T12:00:00.000Z", "revoked_at": None}
GONE = {**MEMBER, "status": "deactivated"}


def event(action, target, target_id, changes, **data):
    """In the form of muster.event_object()."""
    return {"id": EVENT_ID, "type": action, "timestamp": "2026-03-02T08:30:00.250Z", "sequence": 42,
            "data": {"organization": ORGANIZATION, "connection": CONNECTION, "actor": {"type": "token", "id": TOKEN_ID},
                     "target": {"type": target, "id": target_id}, "request_id": EVENT_ID, "changes": changes, **data}}


def user_event(action, changes=None, member=None, user=SCIM_USER):
    return event(action, "scim_user", USER_ID, changes or USER_CHANGES, user=user, member=member or MEMBER)


def group_event(action, **data):
    return event(action, "scim_group", GROUP_ID, {"display_name": "Engineering", "after": {"displayName": "Engineering"}}, **data)


def joined(action, kind="User", **data):
    who = {"user": SCIM_USER, "member": MEMBER} if kind == "User" else {}
    return event(action, "scim_group", GROUP_ID, {"value": USER_ID, "type": kind}, group=SCIM_GROUP, **{**who, **data})


def member_event(action, changes, actor="key", **data):
    e = event(action, "member", MEMBER_ID, changes, **{"member": MEMBER, **data})
    e["data"]["actor"]["type"] = actor
    return e


def by_key(e):
    e["data"]["actor"]["type"] = "key"
    return e


EVENTS = {
    "scim.user.provisioned": user_event("scim.user.provisioned", {**USER_CHANGES, "after": {}}),
    "scim.user.linked": user_event("scim.user.linked"),
    "scim.user.unlinked": user_event("scim.user.unlinked", {"member": MEMBER_ID, "before": {"member": TOKEN_ID}}),
    "scim.user.updated": user_event("scim.user.updated"),
    "scim.user.deactivated": user_event("scim.user.deactivated", LEFT, GONE, {**SCIM_USER, "active": False}),
    "scim.user.reactivated": user_event("scim.user.reactivated"),
    "scim.user.deprovisioned": user_event("scim.user.deprovisioned", LEFT, GONE),
    "scim.group.created": group_event("scim.group.created", group=SCIM_GROUP),
    "scim.group.updated": group_event("scim.group.updated", group=SCIM_GROUP),
    "scim.group.deleted": event("scim.group.deleted", "scim_group", GROUP_ID,
                                {"display_name": "Engineering", "before": {"displayName": "Engineering", "externalId": "g1"}}),
    "scim.group.member_added": joined("scim.group.member_added"),
    "scim.group.member_removed": joined("scim.group.member_removed"),
    "scim.token.issued": by_key(event("scim.token.issued", "token", TOKEN_ID, TOKEN)),
    "scim.token.revoked": by_key(event("scim.token.revoked", "token", TOKEN_ID, {**TOKEN, "revoked_at": "2026-03-02T08:30:00.250Z"})),
    "scim.token.rotated": by_key(event("scim.token.rotated", "token", TOKEN_ID, {**TOKEN, "revoked_at": "2026-03-02T08:30:00.250Z"})),
    "scim.connection.created": by_key(event("scim.connection.created", "connection", CONNECTION["id"], {"after": {"status": "active"}})),
    "scim.connection.updated": by_key(event("scim.connection.updated", "connection", CONNECTION["id"],
                                            {"before": {"status": "active"}, "after": {"status": "paused"}})),
    "scim.connection.deleted": by_key(event("scim.connection.deleted", "connection", CONNECTION["id"], {"before": {}})),
    "scim.mapping.updated": by_key(event("scim.mapping.updated", "organization", ORGANIZATION["id"], {})),
    "scim.request.refused": event("scim.request.refused", "scim_user", USER_ID, {}),
    "member.added": member_event("member.added", {"organization_role": "org:member"}),
    "member.updated": member_event("member.updated", {"before": {}, "after": {}}, "session"),
    "member.role_changed": member_event("member.role_changed", {"before": "org:admin", "after": "org:member", "by": "attribute_mapping"}, "token"),
    "member.deactivated": member_event("member.deactivated", {"before": {"status": "active"}, "after": {"status": "deactivated"}},
                                       member={**MEMBER, "status": "deactivated"}),
    "member.reactivated": member_event("member.reactivated", {"before": {"status": "deactivated"}, "after": {"status": "active"}}),
    "member.erased": member_event("member.erased", {"scim_users": 1}, member={**GONE, "email": None, "first_name": None, "last_name": None}),
    "team.created": event("team.created", "team", GROUP_ID, {"name": "Engineering"}, team={"id": GROUP_ID, "name": "Engineering"}),
    "team.updated": event("team.updated", "team", GROUP_ID, {"before": {"name": "Eng"}, "after": {"name": "Engineering"}},
                          team={"id": GROUP_ID, "name": "Engineering"}),
    "team.removed": event("team.removed", "team", GROUP_ID, {"name": "Engineering", "member_count": 2}),
    "team.member_added": event("team.member_added", "team", GROUP_ID, {"member": MEMBER_ID}, team={"id": GROUP_ID, "name": "Engineering"}),
    "team.member_removed": event("team.member_removed", "team", GROUP_ID, {"member": MEMBER_ID}),
    "organization.created": by_key(event("organization.created", "organization", ORGANIZATION["id"], {"created_at": "2026-03-01T12:00:00.000Z"})),
    "organization.updated": by_key(event("organization.updated", "organization", ORGANIZATION["id"], {"before": {}, "after": {}})),
    "organization.removed": by_key(event("organization.removed", "organization", ORGANIZATION["id"], {})),
    "webhook.test": event("webhook.test", "webhook", TOKEN_ID, {}),
}
NAMES = {
    "scim.user.provisioned": ("scimUser.provisioned", "user.created", "scim.member.create"),
    "scim.user.linked": ("scimUser.provisioned", "user.created", "scim.member.update"),
    "scim.user.unlinked": ("scimUser.provisioned", "user.updated", "scim.member.create"),
    "scim.user.updated": ("scimUser.updated", "user.updated", "scim.member.update"),
    "scim.user.deactivated": ("scimUser.deprovisioned", "user.updated", "scim.member.delete"),
    "scim.user.reactivated": ("scimUser.provisioned", "user.updated", "scim.member.update"),
    "scim.user.deprovisioned": ("scimUser.deprovisioned", "user.deleted", "scim.member.delete"),
    "scim.group.created": (None, "group.created", "scim.idp_group.create"),
    "scim.group.updated": (None, "group.updated", "scim.idp_group.update"),
    "scim.group.deleted": (None, "group.deleted", "scim.idp_group.delete"),
    "scim.group.member_added": (None, "group.user_added", "scim.idp_group.member_add"),
    "scim.group.member_removed": (None, "group.user_removed", "scim.idp_group.member_delete"),
    "scim.token.issued": ("scimToken.issued", None, None),
    "scim.token.revoked": ("scimToken.revoked", None, None),
    "scim.token.rotated": ("scimToken.revoked", None, None),
    "scim.connection.created": (None, None, "direct.scim_connection.create"),
    "scim.connection.updated": (None, None, "direct.scim_connection.update"),
    "scim.connection.deleted": (None, None, "direct.scim_connection.delete"),
    "scim.mapping.updated": (None, None, None),
    "scim.request.refused": (None, None, None),
    "member.added": ("organizationMembership.created", None, "direct.member.create"),
    "member.updated": ("organizationMembership.updated", None, "dashboard.member.update"),
    "member.role_changed": ("organizationMembership.updated", None, "scim.member.update"),
    "member.deactivated": ("organizationMembership.deleted", None, "direct.member.delete"),
    "member.reactivated": ("organizationMembership.created", None, "direct.member.update"),
    "member.erased": ("organizationMembership.deleted", None, "direct.member.delete"),
    "team.created": (None, None, None),
    "team.updated": (None, None, None),
    "team.removed": (None, None, None),
    "team.member_added": (None, None, None),
    "team.member_removed": (None, None, None),
    "organization.created": ("organization.created", None, "direct.organization.create"),
    "organization.updated": ("organization.updated", None, "direct.organization.update"),
    "organization.removed": ("organization.deleted", None, "direct.organization.delete"),
    "webhook.test": ("webhook.test", "webhook.test", "direct.webhook.test"),
}
FOREIGN = {"authn": "type", "jackson": "event", "stytch": "event_type"}


class Message:
    """One request as a receiver gets it."""

    def __init__(self, out):
        self.body = out["body"]
        self.json = json.loads(self.body)
        self.headers = dict(h.split(": ", 1) for h in out["headers"])
        assert len(self.headers) == len(out["headers"])
        assert self.headers["Content-Type"] == "application/json"

    def header(self, name):
        return self.headers[name]


def render_all(requests):
    """(format, event) -> Message, or None where there is nothing to send."""
    now = int(time.time())
    asked = [{"format": f, "event": e, "delivery_id": e["id"], "secrets": [SECRET], "now": now, "base_url": BASE, **more}
             for f, e, more in requests]
    done = subprocess.run([f"{BUILD}/unit/format_dump"], cwd=ROOT, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True)
    return [out and Message(out) for out in json.loads(done.stdout)]


def render(name, e, **more):
    return render_all([(name, e, more)])[0]


def verify_all(checks):
    """(library, secret, Message) -> what test/npm/verify_webhooks.mjs found."""
    asked = [{"library": lib, "secret": secret, "headers": m.headers, "body": m.body} for lib, secret, m in checks]
    done = subprocess.run(["node", "test/npm/verify_webhooks.mjs"], cwd=ROOT, input=json.dumps(asked), stdout=subprocess.PIPE, text=True,
                          check=True)
    return json.loads(done.stdout)


def verified(library, message, secret=SECRET):
    found = verify_all([(library, secret, message)])[0]
    assert found.get("payload") == message.json, found
