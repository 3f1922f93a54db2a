// Inside a page of the vendor's (embed.js): the token comes from there, and lives in memory alone. Both sides name the other's origin: the
// host's is in our address, is believed only if the installation knows it, and nothing is sent to or taken from any other.

import { h } from "./dom.js";

const host = new URLSearchParams(location.search).get("host");

export const embedded = host !== null && parent !== window;

/** Tells the host: ready, navigate {path}, height {height}, done, token-needed. */
export const tell = (what, data) => { if (embedded) parent.postMessage({ muster: what, ...data }, host); };

const heard = new Map();

function listen(event) {
  if (event.origin === host && event.source === parent && event.data?.muster) heard.get(event.data.muster)?.(event.data);
}

/** A promise of another token. */
export function needToken() {
  return new Promise((take) => {
    heard.set("token", ({ token }) => {
      if (typeof token !== "string") return;
      heard.delete("token");
      take(token);
    });
    tell("token-needed");
  });
}

function sheet(href) {
  const node = document.head.appendChild(h("link", {}));
  Object.assign(node, { rel: "stylesheet", href });
  return node;
}

let accent = null;

function dress(look) {
  if (["light", "dark"].includes(look.theme)) document.documentElement.dataset.theme = look.theme;
  else delete document.documentElement.dataset.theme;
  accent?.remove();
  accent = /^#?([\da-f]{3}|[\da-f]{6})$/i.test(look.accent ?? "") ? sheet(`/v1/portal/brand.css?accent=${look.accent.replace("#", "")}`) : null;
}

/** Begins to speak with the host, whose origin must be one of the installation's: whether it is. look(language) is told what the host wants. */
export function startEmbedded(origins, look) {
  if (!origins.includes(host)) return false;
  sheet(new URL("../css/embedded.css", import.meta.url).href);
  document.documentElement.classList.add("m-embedded");
  heard.set("look", (wanted) => {
    dress(wanted);
    look(wanted.language);
  });
  addEventListener("message", listen);
  addEventListener("hashchange", () => tell("navigate", { path: location.hash.replace(/^#\/?/, "") }));
  new ResizeObserver(() => tell("height", { height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  tell("ready");
  return true;
}
