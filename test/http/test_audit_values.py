"""The audit log stores the beginning and a hash of photos and certificates; everything else whole."""
import hashlib

from helpers import op


def test_long_pictures_and_certificates_are_kept_by_their_hash(server, customer):
    photo, certificate, short, title = "https://photos.example.com/" + "p" * 50_000, "QUJD" * 5_000, "https://photos.example.com/ann", "t" * 4_000
    user = customer.user("ann@example.com", title=title, photos=[{"value": photo, "type": "photo"}, {"value": short, "type": "thumbnail"}],
                         x509Certificates=[{"value": certificate}])
    assert customer.client.patch(f"/Users/{user['id']}", op("replace", 'photos[type eq "photo"].value', photo + "2")).status == 200
    (first,), (second,) = server.sql("select data from muster.audit_event where organization_id = %s and target_id = %s order by at, id", customer.org["id"],
                                     user["id"])

    def shortened(text):
        return {"value": text[:1024], "value_sha256": hashlib.sha256(text.encode()).hexdigest(), "value_bytes": len(text)}
    photos = sorted(first["after"]["photos"], key=lambda p: p["type"])
    assert photos[0].items() >= shortened(photo).items() and photos[1]["value"] == short and "value_sha256" not in photos[1]
    assert first["after"]["x509Certificates"][0].items() >= shortened(certificate).items() and first["after"]["title"] == title
    for when, text in (("before", photo), ("after", photo + "2")):
        assert [p for p in second[when]["photos"] if p["type"] == "photo"][0].items() >= shortened(text).items(), when
    shown = customer.client.get(f"/Users/{user['id']}").json
    assert sorted(p["value"] for p in shown["photos"]) == sorted([photo + "2", short])
