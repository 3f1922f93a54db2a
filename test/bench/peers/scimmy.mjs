// scimmy with scimmy-routers, in memory. Each process has a directory of its own, all with the same users: writes are not shared with
// the other processes, which is less than a service has to do. Users are found by id and by userName without a search.
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";
import { run, work } from "./common.mjs";

const TOKEN = "scimmy";
const users = new Map();
const byName = new Map();
const groups = new Map();
let made = 0;

const idOf = (kind, place) => `${kind}-${String(place).padStart(7, "0")}`;

function missing(id) {
    return new SCIMMY.Types.Error(404, null, `${id} is not there`);
}

function writeUser(resource, instance) {
    const id = resource.id ?? `${process.pid}-${made++}`;
    const name = instance.userName.toLowerCase();
    if (resource.id && !users.has(id)) throw missing(id);
    if (byName.has(name) && byName.get(name).id !== id) throw new SCIMMY.Types.Error(409, "uniqueness", "userName is taken");
    const now = new Date().toISOString();
    const kept = { ...JSON.parse(JSON.stringify(instance)), id };
    kept.meta = { created: users.get(id)?.meta.created ?? now, lastModified: now };
    users.set(id, kept);
    byName.set(name, kept);
    return kept;
}

function readUsers(resource) {
    if (resource.id) {
        if (!users.has(resource.id)) throw missing(resource.id);
        return users.get(resource.id);
    }
    const wanted = resource.filter?.length === 1 && resource.filter[0].userName;
    if (wanted && wanted[0] === "eq") {
        const found = byName.get(wanted[1].toLowerCase());
        return found ? [found] : [];
    }
    return resource.filter ? resource.filter.match([...users.values()]) : [...users.values()];
}

function writeGroup(resource, instance) {
    const id = resource.id ?? `${process.pid}-${made++}`;
    const kept = { ...JSON.parse(JSON.stringify(instance)), id };
    groups.set(id, kept);
    return kept;
}

function readGroups(resource) {
    if (!resource.id) return [...groups.values()];
    if (!groups.has(resource.id)) throw missing(resource.id);
    return groups.get(resource.id);
}

function prepare() {
    return { token: TOKEN, users: work.users.map((_, i) => idOf("user", i)), groups: work.groups.map((_, i) => idOf("group", i)) };
}

function serve() {
    const now = new Date().toISOString();
    work.users.forEach((body, i) => {
        const kept = { ...body, id: idOf("user", i), meta: { created: now, lastModified: now } };
        users.set(kept.id, kept);
        byName.set(kept.userName.toLowerCase(), kept);
    });
    work.groups.forEach(({ title, members }, i) => {
        const id = idOf("group", i);
        groups.set(id, { id, displayName: title, members: members.map((m) => ({ value: idOf("user", m) })) });
    });
    SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), {
        ingress: writeUser, egress: readUsers, degress: (r) => users.delete(r.id),
    });
    SCIMMY.Resources.declare(SCIMMY.Resources.Group, { ingress: writeGroup, egress: readGroups, degress: (r) => groups.delete(r.id) });
    const app = express();
    app.use("/scim/v2", new SCIMMYRouters({
        type: "bearer",
        handler: (request) => {
            if (request.header("Authorization") !== `Bearer ${TOKEN}`) throw new Error("the token is wrong");
            return "bench";
        },
    }));
    return app;
}

await run(prepare, serve);
