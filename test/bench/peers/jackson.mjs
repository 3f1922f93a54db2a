// @boxyhq/saml-jackson behind express, with its tables in a database of the PostgreSQL server that Muster uses.
import express from "express";
import jackson from "@boxyhq/saml-jackson";
import { each, run, work } from "./common.mjs";

const AT_ONCE = 8;
const quiet = { info() {}, warn() {}, error: console.error };

async function open() {
    return jackson.controllers({
        externalUrl: `http://127.0.0.1:${work.port}`, samlPath: "/saml", scimPath: "/scim/v2", noAnalytics: true, logger: quiet,
        db: { engine: "sql", type: "postgres", url: work.database, ttl: 300, cleanupLimit: 1000 },
    });
}

async function prepare() {
    const { directorySyncController: sync } = await open();
    const { data: directory, error } = await sync.directories.create({ tenant: "bench", product: "bench", name: "bench", type: "generic-scim-v2" });
    if (error) throw new Error(error.message);
    const ask = async (method, resourceType, resourceId, body) => {
        const { status, data } = await sync.requests.handle({ method, resourceType, resourceId, body, directoryId: directory.id,
            apiSecret: directory.scim.secret, query: {} });
        if (status >= 300) throw new Error(JSON.stringify(data));
        return data;
    };
    const users = await each(work.users, AT_ONCE, async (body) => (await ask("POST", "users", undefined, body)).id);
    const groups = await each(work.groups, 1, async ({ title }) => (await ask("POST", "groups", undefined, { displayName: title })).id);
    await each(work.groups, 1, ({ members }, i) => ask("PATCH", "groups", groups[i], { Operations: [
        { op: "add", path: "members", value: members.map((m) => ({ value: users[m] })) }] }));
    return { token: directory.scim.secret, directory: directory.id, users, groups };
}

async function serve(prepared) {
    const { directorySyncController: sync } = await open();
    const app = express();
    app.use(express.json({ type: ["application/scim+json", "application/json"] }));
    app.all("/scim/v2/:kind/:id?", async (request, response) => {
        const { startIndex, count, filter } = request.query;
        try {
            const { status, data } = await sync.requests.handle({ method: request.method, resourceType: request.params.kind,
                resourceId: request.params.id, body: request.body, directoryId: prepared.directory,
                apiSecret: request.header("Authorization")?.replace(/^Bearer /, ""),
                query: { filter, startIndex: startIndex && Number(startIndex), count: count && Number(count) } });
            response.status(status).type("application/scim+json").send(JSON.stringify(data));
        } catch (error) {
            response.status(500).json({ detail: String(error) });
        }
    });
    return app;
}

await run(prepare, serve);
