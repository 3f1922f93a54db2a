"""Values as they are compared."""
import re
import unicodedata
from datetime import datetime
from datetime import timedelta

DT = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")


def parse_dt(s):
    """xsd:dateTime -> comparable (datetime, fraction string); None if invalid. No zone counts as UTC."""
    m = DT.fullmatch(s) if isinstance(s, str) else None
    if not m:
        return None
    y, mo, d, h, mi, se, frac, z = m.groups()
    try:
        t = datetime(int(y), int(mo), int(d), 0, 0, 0)
        hh = int(h)
        if int(mi) > 59 or int(se) > 59 or hh > 24 or (hh == 24 and (int(mi) or int(se) or int(frac or 0))):
            return None
        t += timedelta(hours=hh, minutes=int(mi), seconds=int(se))
        if z and z != "Z":
            if int(z[1:3]) > 14 or int(z[4:6]) > 59:
                return None
            off = timedelta(hours=int(z[1:3]), minutes=int(z[4:6]))
            t = t - off if z[0] == "+" else t + off
    except (ValueError, OverflowError):
        return None
    return t, (frac or "").rstrip("0")


def _narrow(ch):
    d = unicodedata.decomposition(ch)
    return unicodedata.normalize("NFKC", ch) if d.startswith(("<wide>", "<narrow>")) else ch


def prep(attr, s):
    """String as compared: userName by PRECIS UsernameCaseMapped mapping, others NFC, folded unless caseExact."""
    if attr.name == "userName":
        return unicodedata.normalize("NFC", "".join(_narrow(c) for c in s).lower())
    s = unicodedata.normalize("NFC", s)
    return s if attr.ce else unicodedata.normalize("NFC", s.casefold())


def assigned(v):
    """Has a value in the sense of 'pr' (empty string counts as no value: reading R-05)."""
    if v is None or v == "" or v == [] or v == {}:
        return False
    if isinstance(v, dict):
        return any(assigned(x) for x in v.values())
    if isinstance(v, list):
        return any(assigned(x) for x in v)
    return True


def get_ci(d, name):
    if not isinstance(d, dict):
        return None
    n = name.lower()
    return next((v for k, v in d.items() if k.lower() == n), None)
