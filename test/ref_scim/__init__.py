"""A second, plain evaluator of SCIM filters and PATCH (RFC 7643/7644 with the
readings that doc/protocol.md names), written apart from the C code. It favours
plainness over speed; test/differential.py compares the server with it."""
from .matching import matches
from .patcher import patch
from .schemas import ScimError, load_types

__all__ = ["ScimError", "load_types", "matches", "patch"]
