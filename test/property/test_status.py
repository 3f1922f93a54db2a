"""A member is active exactly when the last request about `active` that was answered 2xx said so."""
from helpers import op


def test_the_member_has_the_status_that_was_last_acknowledged(tenant, chance, cases):
    user = tenant.user("walk@example.com")
    for case in range(cases(100)):
        active = chance.random() < 0.5
        spelled = chance.choice([active, str(active), str(active).lower()])
        change = chance.choice([op("replace", "active", spelled), op("Replace", None, {"active": spelled}), op("add", "active", spelled)])
        answer = tenant.client.patch(f"/Users/{user['id']}", change)
        assert answer.status == 200, (case, change, answer)
        assert answer.json["active"] is active, (case, change, answer)
        status = tenant.server.sql("select status from muster.member where organization_id = %s", tenant.org["id"])
        assert status == [("active" if active else "deactivated",)], (case, change)
