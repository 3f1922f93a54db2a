// Provisioning: choose an identity provider, connect it, test, go live; then how it does. The place is what the server saw.

import { Problem, all } from "../api.js";
import { loadConnection, stageOf } from "./provisioning/data.js";

// Each is loaded when it is shown.
const VIEWS = {
  choose: async () => (await import("./provisioning/choose.js")).choose,
  list: async () => (await import("./provisioning/list.js")).list,
  connect: async () => (await import("./provisioning/setup.js")).connect,
  live: async () => (await import("./provisioning/setup.js")).goLive,
  healthy: async () => (await import("./provisioning/healthy.js")).healthy,
  replace: async () => (await import("./provisioning/replace.js")).replace,
};
const STEPS = ["connect", "live", "healthy", "replace"];

export async function load(ctx) {
  const connections = await all(`${ctx.org}/scim/connections`, {}, ctx.signal);
  const [id, step] = ctx.params;
  if (id === "new" || !connections.length) return { view: await VIEWS.choose(), connections };
  if (!id && connections.length > 1) return { view: await VIEWS.list(), connections };
  const connection = id ? connections.find((c) => c.id === id) : connections[0];
  if (!connection) throw new Problem(404, { detail: null }, 0);
  const data = await loadConnection(ctx, connection);
  return { ...data, connections, view: await VIEWS[STEPS.includes(step) ? step : stageOf(data)]() };
}

export const view = (ctx, data) => data.view(ctx, data);
