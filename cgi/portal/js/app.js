// Begins: the vendor's name, the language, then the session or the way to one.

import { Problem, credentials, hooks } from "./api.js";
import { embedded, needToken, startEmbedded } from "./embedded.js";
import { chooseLanguage, setLanguage } from "./i18n.js";
import { onShown, redraw, start } from "./router.js";
import { endedLayer, endedPage } from "./screens/ended.js";
import { openPage } from "./screens/open.js";
import { loadBrand, loadSession, onOpened, session } from "./session.js";
import { drawHeader, drawRail, drawSession, saved, watchMenu } from "./shell.js";

let path = null, waiting = null;

async function changeLanguage(code) {
  saved("language", code);
  await setLanguage(code);
  drawHeader(changeLanguage);
  if (session.own) {
    drawRail(path);
    redraw();
  } else alone();
  document.querySelector("select.m-choice")?.focus();
}

/** Without a session: the page that opens a link, or says how to get one. */
function alone() {
  const secret = /^#\/open\/([\w-]+)$/.exec(location.hash)?.[1];
  const page = secret ? openPage(secret, begin) : endedPage();
  document.getElementById("frame").className = "";
  document.getElementById("main").replaceChildren(page);
  document.title = `${page.querySelector("h1").textContent} - ${session.brand.name}`;
}

/** With a session. */
async function begin() {
  if (location.hash.startsWith("#/open/")) history.replaceState(null, "", "#/");
  document.getElementById("frame").className = "m-frame";
  drawHeader(changeLanguage);
  onShown((ctx) => { path = ctx.route.path; drawRail(path); });
  setInterval(drawSession, 20000);
  setInterval(() => document.hidden || loadSession().catch(() => {}), 60000);
  await start();
}

/** The session has ended: a layer over the page, until another tab has opened another one. */
hooks.ended = () => {
  waiting ??= new Promise((again) => {
    const layer = endedLayer();
    const off = setInterval(tryAgain, 5000);
    let done = false;
    async function tryAgain() {
      if (done || !(await loadSession({ quiet: true }).then(() => true, () => false)) || done) return;
      done = true;
      clearInterval(off);
      layer.close();
      waiting = null;
      drawHeader(changeLanguage);
      again();
    }
    onOpened(tryAgain);
  });
  return waiting;
};

/** In a page of the vendor's: its look, and a session by its token; when that ends, by another one. */
async function beginEmbedded() {
  hooks.ended = () => {
    waiting ??= needToken().then((token) => {
      credentials.token = token;
      waiting = null;
    });
    return waiting;
  };
  if (!startEmbedded(session.brand.origins, (code) => code && changeLanguage(chooseLanguage([code], session.brand.languages)))) return alone();
  await hooks.ended();
  await loadSession();
  return begin();
}

async function boot() {
  await loadBrand();
  const languages = session.brand.languages;
  await setLanguage(chooseLanguage([saved("language"), ...navigator.languages].filter(Boolean), languages));
  watchMenu();
  if (embedded) return beginEmbedded();
  if (!location.hash.startsWith("#/open/")) {
    try {
      await loadSession({ quiet: true });
      return begin();
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
    }
  }
  drawHeader(changeLanguage);
  alone();
  onOpened(() => session.own || location.hash.startsWith("#/open/") || location.reload());
  addEventListener("hashchange", () => session.own || alone());
  return null;
}

boot();
