"""The file of MUSTER_LIMITS: who shares it, what is never touched, and what counts without it. Wrong tokens of one address tell whether processes
count together; no database is needed for them."""
import os
import re
import shutil
import stat
import subprocess
import tempfile

import pytest
from helpers import BUILD, ROOT

GROUP = 61234
ROOTED = os.geteuid() == 0
USERS = (61001, 61002, 61003) if ROOTED else (os.geteuid(),) * 3


@pytest.fixture
def place():
    """A directory that others may enter, with the programs: not everybody may read the place where they were built."""
    directory = tempfile.mkdtemp(prefix="mt", dir="/tmp")
    os.chmod(directory, 0o755)
    for program in ("muster-scim.fcgi", "muster-admin.fcgi", "muster-deliver"):
        shutil.copy(f"{ROOT}/{BUILD}/{program}", directory)
    yield directory
    shutil.rmtree(directory)


def run(place, program, user, limits, **env):
    env = {"PATH": os.environ["PATH"], "MUSTER_DB": "host=/nowhere", "MUSTER_LIMITS": limits, "MUSTER_AUTH_FAILURES": "2",
           "MUSTER_PUBLIC_URL": "http://localhost/scim/v2", **env}
    as_user = {"user": user, "group": GROUP, "extra_groups": []} if ROOTED else {}
    done = subprocess.run([f"{place}/{program}", *(["--once"] if program == "muster-deliver" else [])], env=env, cwd=place, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False, **as_user)
    return done


def wrong(place, user, limits, program="muster-scim.fcgi", **env):
    """The answer's status for a wrong token, and whether the program goes without limits."""
    uri = "/scim/v2/Users" if program == "muster-scim.fcgi" else "/v1/organizations"
    done = run(place, program, user, limits, REQUEST_METHOD="GET", REQUEST_URI=uri, HTTP_AUTHORIZATION="Bearer wrong", REMOTE_ADDR="192.0.2.1", **env)
    return int(re.search(r"^Status: (\d+)", done.stdout, re.M)[1]), re.search(r"level=error .*event=limits unlimited=.*", done.stderr)


def shared_directory(place, mode, owner=0):
    directory = os.path.join(place, "shared")
    os.mkdir(directory)
    os.chmod(directory, mode)
    if ROOTED:
        os.chown(directory, owner, GROUP)
        os.chmod(directory, mode)
    return directory


def test_three_users_of_one_group_share_the_file(place):
    path = os.path.join(shared_directory(place, 0o2770), "limits")
    scim, admin, deliver = USERS
    assert wrong(place, scim, path) == (401, None)
    assert wrong(place, admin, path, "muster-admin.fcgi") == (401, None)
    assert wrong(place, scim, path) == (429, None) and wrong(place, admin, path, "muster-admin.fcgi") == (429, None)
    done = run(place, "muster-deliver", deliver, path)
    assert "event=limits" not in done.stderr, done
    st = os.stat(path)
    assert stat.S_IMODE(st.st_mode) == 0o660 and st.st_gid == (GROUP if ROOTED else os.getegid())


def test_the_first_users_directory_is_good_for_its_group(place):
    """As systemd makes it for the first unit: its user's, open to the group."""
    path = os.path.join(shared_directory(place, 0o750, USERS[0]), "limits")
    assert wrong(place, USERS[0], path) == (401, None) and wrong(place, USERS[1], path) == (401, None)
    assert wrong(place, USERS[2], path) == (429, None)


@pytest.mark.parametrize("content", ["", "the only copy of a secret\n"])
def test_a_file_that_is_not_ours_stays_as_it_is(place, content):
    directory = shared_directory(place, 0o2770)
    path = os.path.join(directory, "secret.key")
    with open(path, "w", encoding="ascii") as f:
        f.write(content)
    os.chmod(path, 0o660)
    if ROOTED:
        os.chown(path, USERS[0], GROUP)
    for _ in range(2):
        status, unlimited = wrong(place, USERS[0], path)
        assert status == 401 and unlimited
    with open(path, encoding="ascii") as f:
        assert f.read() == content
    assert os.listdir(directory) == ["secret.key"]


@pytest.mark.parametrize("kind", ["link", "fifo", "directory"])
def test_what_is_no_plain_file_stays_as_it_is(place, kind):
    directory = shared_directory(place, 0o2770)
    path = os.path.join(directory, "limits")
    {"link": lambda: os.symlink(os.path.join(directory, "target"), path), "fifo": lambda: os.mkfifo(path), "directory": lambda: os.mkdir(path)}[kind]()
    status, unlimited = wrong(place, USERS[0], path)
    assert status == 401 and unlimited and os.listdir(directory) == ["limits"]


def test_a_directory_that_everybody_writes_is_refused(place):
    directory = shared_directory(place, 0o1777)
    status, unlimited = wrong(place, USERS[0], os.path.join(directory, "limits"))
    assert status == 401 and "others may write" in unlimited[0] and os.listdir(directory) == []


def test_nobody_can_take_the_default_place_first(place):
    """/dev/shm/muster-UID, which somebody else made, open to all."""
    user = 61099 if ROOTED else os.geteuid()
    directory = f"/dev/shm/muster-{user}"
    assert not os.path.exists("/run/muster")
    shutil.rmtree(directory, ignore_errors=True)
    try:
        os.mkdir(directory)
        os.chmod(directory, 0o777)
        status, unlimited = wrong(place, user, "auto")
        assert status == 401 and unlimited and os.listdir(directory) == []
        os.rmdir(directory)
        assert wrong(place, user, "auto") == (401, None)
        assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700 and os.listdir(directory) == ["limits"]
        assert stat.S_IMODE(os.stat(f"{directory}/limits").st_mode) == 0o600
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def test_the_runtime_directory_of_a_user(place):
    directory = shared_directory(place, 0o700, USERS[0])
    assert wrong(place, USERS[0], "auto", XDG_RUNTIME_DIR=directory) == (401, None)
    assert os.listdir(directory) == ["muster-limits"]


def test_without_a_file_it_is_said(place):
    assert wrong(place, USERS[0], "")[1] and wrong(place, USERS[0], os.path.join(place, "nowhere", "limits"))[1]
    metrics = run(place, "muster-admin.fcgi", USERS[0], "", REQUEST_METHOD="GET", REQUEST_URI="/metrics", REMOTE_ADDR="127.0.0.1").stdout
    assert "\nmuster_limits_shared 0\n" in metrics
    path = os.path.join(shared_directory(place, 0o700, USERS[0]), "limits")
    metrics = run(place, "muster-admin.fcgi", USERS[0], path, REQUEST_METHOD="GET", REQUEST_URI="/metrics", REMOTE_ADDR="127.0.0.1").stdout
    assert "\nmuster_limits_shared 1\n" in metrics


def test_wrong_tokens_count_without_a_file_too():
    """Each process for itself: a server with one worker."""
    from server import Server
    server = Server("--workers", "1", "--rate", "100", env={"MUSTER_LIMITS": "", "MUSTER_AUTH_FAILURES": "3"}).start()
    try:
        client = server.client("wrong")
        assert [client.get("/Users").status for _ in range(5)] == [401, 401, 401, 429, 429]
        assert server.client().get("/Users").status == 200
    finally:
        server.stop()
