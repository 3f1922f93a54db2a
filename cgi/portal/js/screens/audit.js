// The audit log: what happened, newest first, each a line that opens.

import { get, pages } from "../api.js";
import { h, icon } from "../dom.js";
import { loadTexts, t, tr } from "../i18n.js";
import { changesOf, isRefusal, sentence } from "../actions.js";
import { button } from "../parts/button.js";
import { copyButton } from "../parts/copy.js";
import { diff } from "../parts/diff.js";
import { empty } from "../parts/empty.js";
import { filters } from "../parts/filters.js";
import { poll } from "../poll.js";
import { heading } from "../router.js";
import { say } from "../say.js";
import { footer } from "../shell.js";
import { timeText, utcText, when } from "../time.js";
import { exportButton } from "./audit/export.js";

const LIVE = 5000, DAY = 86400000;
const TOPICS = { provisioning: "scim.*", refused: "scim.request.refused", members: "member.*", teams: "team.*", tokens: "scim.token.*", portal: "portal.*" };
const SPANS = { day: 1, week: 7, month: 30 };

/** What the API is asked for what the address says. */
export function asked({ topic, span, person }) {
  const from = SPANS[span] && new Date(Date.now() - SPANS[span] * DAY).toISOString();
  return { ...(TOPICS[topic] && { action: TOPICS[topic] }), ...(from && { from }), ...(person && { person }) };
}

const queryOf = (ctx) => Object.fromEntries(["topic", "span", "person"].map((n) => [n, ctx.query.get(n)]).filter(([, value]) => value));

async function find(ctx, query) {
  const list = pages(`${ctx.org}/audit-logs`, asked(query)), first = await list.next(ctx.signal);
  return { ...first, next: () => list.next(ctx.signal) };
}

export async function load(ctx) {
  const query = queryOf(ctx);
  const [list, connections] = await Promise.all([find(ctx, query), get(`${ctx.org}/scim/connections?limit=100`, { signal: ctx.signal }), loadTexts("actions")]);
  return { list, query, connections: connections.data };
}

function actorText(event, connections) {
  if (event.actor_type === "token") return connections.find((c) => c.id === event.connection_id)?.name ?? t("audit.actor.token");
  return event.actor_for ?? t(`audit.actor.${event.actor_type}`);
}

function detail(event) {
  const changes = changesOf(event), id = event.request_id;
  const facts = [[t("audit.action"), h("code", {}, event.action)], [t("audit.time"), utcText(event.at)], [t("audit.request"), h("code", {}, id)],
    event.client_address && [t("audit.from"), event.client_address], event.sequence && [t("audit.number"), event.sequence]].filter(Boolean);
  return h("div", { class: "m-near m-event-detail" }, changes.length ? diff(changes) : null,
    h("dl", { class: "m-facts m-small" }, facts.map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)])),
    h("div", {}, copyButton(() => id, { kind: "text", name: t("audit.copy_request") })));
}

function eventLine(event, connections) {
  const box = h("details", { class: "m-event", "data-id": event.id }, h("summary", {}, h("span", { class: "m-event-time" }, when(event.at, timeText)),
    h("span", { class: "m-event-who" }, h("bdi", {}, actorText(event, connections))),
    h("span", { class: isRefusal(event) ? "m-event-what m-warn" : "m-event-what" }, isRefusal(event) ? icon("need") : null, h("span", {}, sentence(event)))));
  box.addEventListener("toggle", () => box.open && !box.querySelector(".m-event-detail") && box.append(detail(event)), { once: false });
  return h("li", {}, box);
}

function drawList(ctx, data) {
  const { list, query, connections } = data;
  const rows = h("ol", { class: "m-plain m-events" }, list.rows.map((e) => eventLine(e, connections)));
  const reached = h("p", { class: "m-small" });
  let last = list.rows.at(-1)?.at ?? null, more = list.more;
  const further = button(t("audit.further"), { click: async () => {
    const page = await list.next();
    rows.append(...page.rows.map((e) => eventLine(e, connections)));
    last = page.rows.at(-1)?.at ?? last;
    ({ more } = page);
    say(t("table.shown", { n: rows.children.length }));
    tell();
  } });
  function tell() {
    further.hidden = !more;
    reached.replaceChildren(...(more ? (last ? tr("audit.reached", { time: when(last) }) : [t("audit.nothing_yet")]) : [t("audit.all", { n: rows.children.length })]));
  }
  tell();
  const none = !list.rows.length && !more && empty({ text: t(Object.keys(query).length ? "audit.none_fit" : "audit.none") });
  const node = h("div", { class: "m-near" }, none || [rows, h("div", { class: "m-row m-table-foot" }, reached, further)]);
  return { node, said: t("table.shown", { n: list.rows.length }), rows, connections };
}

/** New events are put on top while somebody looks at the top; else a button says how many there are. */
function liveBox(ctx, current) {
  let watching = null, waiting = [];
  const news = button("", { kind: "text", click: () => put() });
  news.hidden = true;
  const rows = () => current().rows;
  function put() {
    rows().prepend(...waiting.map((e) => eventLine(e, current().connections)));
    say(t("audit.news", { n: waiting.length }));
    waiting = [];
    news.hidden = true;
  }
  async function look() {
    const page = await get(`${ctx.org}/audit-logs?${new URLSearchParams({ limit: "50", ...asked(queryOf(ctx)) })}`, { signal: ctx.signal });
    const there = new Set([...rows().querySelectorAll("details")].map((d) => d.dataset.id));
    waiting = page.data.filter((e) => !there.has(e.id));
    if (!waiting.length) return;
    if (scrollY < 200) return put();
    news.firstChild.textContent = t("audit.news", { n: waiting.length });
    news.hidden = false;
  }
  const box = h("input", { type: "checkbox", id: "live", on: { change: () => {
    watching?.pause();
    watching = box.checked ? poll(look, { signal: ctx.signal, wait: () => LIVE }) : null;
  } } });
  return h("div", { class: "m-row" }, h("span", { class: "m-row m-check" }, box, h("label", { for: "live" }, t("audit.live"))), news);
}

function menus() {
  const any = { value: "", text: t("audit.everything") };
  return [
    { name: "topic", label: t("audit.topic"), options: [any, ...Object.keys(TOPICS).map((value) => ({ value, text: t(`audit.topic.${value}`) }))] },
    { name: "span", label: t("audit.span"), options: [{ value: "", text: t("audit.span.all") }, ...Object.keys(SPANS).map((value) => ({ value, text: t(`audit.span.${value}`) }))] }];
}

export function view(ctx, data) {
  let current = null;
  const draw = (found) => { current = drawList(ctx, found); return current; };
  const list = filters({ ctx, path: "audit", menus: menus(), fixed: ["person"], data, draw, load: async (query) => ({ ...data, query, list: await find(ctx, query) }) });
  return h("div", { class: "m-page" }, h("div", { class: "m-head" }, h("div", { class: "m-tight" }, heading(t("rail.audit")), h("p", { class: "m-dim" }, t("audit.state"))),
    exportButton(ctx, () => asked(queryOf(ctx)))), h("div", { class: "m-near" }, list.node, liveBox(ctx, () => current)), list.list, footer());
}
