// What a screen of one connection needs, and what it says of the way that is behind.

import { all, get } from "../../api.js";
import { t } from "../../i18n.js";

export const PROVIDERS = ["entra", "okta", "onelogin", "google", "jumpcloud", "ping", "rippling", "generic"];
export const providerName = (id) => t(`idp.${id}`);
export const shortName = (id) => t(`idp.${id}.short`);

const files = new Map();

/** A file of guides/. */
export async function guide(name) {
  if (!files.has(name)) files.set(name, await get(new URL(`../../../guides/${name}.json`, import.meta.url).pathname));
  return files.get(name);
}

export const activityPath = (ctx, connection) => `${ctx.org}/scim/connections/${connection.id}/activity`;

export async function tokensOf(ctx, connection) {
  const tokens = await all(`${ctx.org}/scim/tokens`, {}, ctx.signal);
  return tokens.filter((token) => token.connection_id === connection.id && !token.revoked_at);
}

export async function loadConnection(ctx, connection) {
  const [activity, endpoint, tokens, words, problems] = await Promise.all([
    get(activityPath(ctx, connection), { signal: ctx.signal }),
    get(`${ctx.org}/scim/endpoint?connection_id=${connection.id}`, { signal: ctx.signal }),
    tokensOf(ctx, connection), guide(connection.identity_provider), guide("problems")]);
  return { connection, activity, endpoint, tokens, guide: words, problems, short: shortName(connection.identity_provider) };
}

/** Whether a request of the identity provider was accepted. */
export const isAccepted = ({ activity, tokens }) => activity.people > 0 || Boolean(activity.last_taken) || tokens.some((token) => token.last_used_at);

export function stageOf(data) {
  if (!isAccepted(data)) return "connect";
  return data.activity.people > 0 ? "healthy" : "live";
}

/** The kind of app, where the console has several (Okta): of the address, or the first that can provision. */
export function kindOf(ctx, words) {
  if (!words.kinds) return null;
  return words.kinds.find((kind) => kind.id === ctx.query.get("kind") && !kind.ends) ?? words.kinds.find((kind) => !kind.ends);
}

export const labelsOf = (words, kind) => ({ url: kind?.url_label ?? words.url_label, token: kind?.token_label ?? words.token_label });

const STATE_OF_TOKEN = [
  [(token) => token.expires_at && new Date(token.expires_at) < new Date(), "token_expired"],
  [(token) => token.expires_at && new Date(token.expires_at) - Date.now() < 30 * 86400000, "token_ends"],
  [(token) => token.last_used_at, "token_used"],
  [() => true, "token_unused"],
];
export const tokenState = (token) => STATE_OF_TOKEN.find(([test]) => test(token))[1];
