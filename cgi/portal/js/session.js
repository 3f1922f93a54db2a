// Who looks: the session, its organization, and the vendor whose portal it is.

import { call, credentials, get, send } from "./api.js";

const PATH = "/v1/portal/sessions";

export const session = { own: null, organization: null, brand: { name: location.hostname, support: null, logo: false, languages: ["en", "de"], secure: true } };

let channel = null;
try {
  channel = new BroadcastChannel("muster-portal");
} catch { /* in a foreign page there may be none */ }

/** Told when another tab has opened a session. */
export const onOpened = (work) => channel?.addEventListener("message", (e) => e.data === "opened" && work());

export async function loadBrand() {
  try {
    Object.assign(session.brand, await get("/v1/portal/brand", { quiet: true }));
  } catch { /* the names of the host do */ }
}

function take(own) {
  session.own = own;
  credentials.csrf = own.csrf_token;
}

export async function loadSession(options) {
  take(await get(PATH, options));
  session.organization = await get(orgPath(), options);
}

/** The link's secret becomes a session. */
export async function openSession(secret) {
  await call("POST", PATH, { bearer: secret, quiet: true });
  await loadSession({ quiet: true });
  channel?.postMessage("opened");
}

export const stay = async () => take(await send("POST", `${PATH}/stay`, {}));
export const leave = () => send("DELETE", PATH);
export const orgPath = () => `/v1/organizations/${session.own.organization_id}`;
export const mayManage = () => session.own?.permissions === "manage";
export const shows = (screen) => Boolean(session.own?.screens.includes(screen));

/** When it ends if nothing happens. */
export function sessionEnd() {
  const ends = [session.own?.idle_ends_at, session.own?.expires_at].filter(Boolean).map((iso) => new Date(iso));
  return ends.length ? new Date(Math.min(...ends)) : null;
}
export const sessionCanStay = () => session.own?.idle_ends_at && session.own.idle_ends_at !== session.own.expires_at;

/** Where to ask: an address of mail or a page. */
export function supportHref(subject) {
  const to = session.brand.support;
  if (!to) return null;
  return to.startsWith("https://") ? to : `mailto:${to}${subject ? `?subject=${encodeURIComponent(subject)}` : ""}`;
}

/** What was typed, kept until it is sent; it survives the session's end and a reload. */
export const draft = {
  memory: new Map(),
  get(key) {
    try {
      return sessionStorage.getItem(`draft ${key}`);
    } catch {
      return this.memory.get(key) ?? null;
    }
  },
  set(key, value) {
    try {
      if (value === null) sessionStorage.removeItem(`draft ${key}`);
      else sessionStorage.setItem(`draft ${key}`, value);
    } catch {
      this.memory.set(key, value);
    }
  },
};
