// Domains: what the organization proves to own, and who waits to be linked since their domain is not proved.

import { all, get, newKey, send } from "../api.js";
import { h, name } from "../dom.js";
import { has, t, tr } from "../i18n.js";
import { personName } from "../names.js";
import { alert } from "../parts/alert.js";
import { button } from "../parts/button.js";
import { copyField } from "../parts/copy.js";
import { ask } from "../parts/dialog.js";
import { empty } from "../parts/empty.js";
import { field } from "../parts/field.js";
import { pill } from "../parts/pill.js";
import { poll } from "../poll.js";
import { heading } from "../router.js";
import { say } from "../say.js";
import { footer } from "../shell.js";
import { day, when } from "../time.js";

const LOOK = 15000; // milliseconds between looks at claims that wait
const STATES = { waiting: "unverified", verified: "verified", lost: "needs_you" };

const claimsPath = (ctx) => `${ctx.org}/scim/domain-claims`;

/** Requests with the member whom each wants to be. */
async function openRequests(ctx) {
  const rows = await all(`${ctx.org}/scim/link-requests`, { status: "open" }, ctx.signal);
  return Promise.all(rows.map(async (request) => ({ request,
    member: await get(`${ctx.org}/members/${request.member_id}`, { signal: ctx.signal }).catch(() => null) })));
}

export async function load(ctx) {
  const [claims, domains, requests] = await Promise.all([all(claimsPath(ctx), {}, ctx.signal), get(`${ctx.org}/scim/domains`, { signal: ctx.signal }), openRequests(ctx)]);
  return { claims, domains: domains.domains, requests };
}

function addButton(ctx) {
  return button(t("domains.add"), { kind: "filled", click: async () => {
    const domain = field({ label: t("domains.domain"), help: t("domains.domain_help"), autocomplete: "off", maxlength: 253, spellcheck: "false" }), key = newKey();
    const done = await ask({ title: t("domains.add"), act: t("domains.add_act"), children: domain.node, run: async () => {
      if (!domain.input.value.trim()) throw Object.assign(new Error("missing"), { code: "no_domain" });
      await send("POST", claimsPath(ctx), { domain: domain.input.value.trim() }, { key });
    } });
    if (done) await ctx.refresh();
  } });
}

const done = async (ctx, text) => { say(text); await ctx.refresh(); };

function removeButton(ctx, claim) {
  return button(t("domains.remove"), { kind: "text", name: t("domains.remove_name", { name: claim.domain }), click: () => ask({
    title: t("domains.remove_title", { name: claim.domain }), act: t("domains.remove"), danger: true,
    children: [h("p", {}, t(claim.state === "waiting" ? "domains.remove_claim" : "domains.remove_what")), h("p", { class: "m-dim" }, t("domains.remove_stays"))],
    run: async () => { await send("DELETE", `${claimsPath(ctx)}/${claim.id}`); await done(ctx, t("domains.removed", { name: claim.domain })); } }) });
}

function checkButton(ctx, claim) {
  return button(t("domains.check"), { id: `check-${claim.id}`, name: t("domains.check_name", { name: claim.domain }), click: async () => {
    await send("POST", `${claimsPath(ctx)}/${claim.id}/check`, {}, { key: newKey() });
    say(t("domains.checking"));
    await ctx.refresh();
  } });
}

/** What the last look found, in the viewer's language. */
function answerText(claim) {
  if (!claim.answer) return t("domains.not_yet");
  return has(`domains.answer.${claim.answer}`) ? t(`domains.answer.${claim.answer}`) : claim.message;
}

function proof(ctx, claim) {
  const next = claim.next_check_at && tr("domains.next", { time: when(claim.next_check_at) });
  return h("div", { class: "m-near" }, h("p", { class: "m-read" }, t("domains.how")), copyField({ label: t("domains.record_name"), value: claim.name }),
    copyField({ label: t("domains.record_value"), value: claim.value }), h("p", { class: "m-small" }, answerText(claim), next ? [" ", next] : null));
}

function claimRow(ctx, claim) {
  const at = claim.state === "verified" ? claim.verified_at : claim.state === "lost" ? claim.lost_at : claim.created_at;
  return h("li", { class: "m-claim m-near" }, h("div", { class: "m-row" }, h("h2", { class: "m-break" }, name(claim.domain)), pill(STATES[claim.state], { text: t(`domains.${claim.state}`) }),
    h("span", { class: "m-small" }, day(at))), claim.state === "verified" ? h("p", { class: "m-dim" }, t("domains.works")) : claim.state === "lost" ? alert({ tone: "warn", children: t("domains.gone") }) : null,
  claim.state === "verified" ? null : proof(ctx, claim), ctx.manage ? h("div", { class: "m-row" }, claim.state === "verified" ? null : checkButton(ctx, claim), removeButton(ctx, claim)) : null);
}

/** Domains that the vendor has entered, which nobody claimed here. */
function given(domains, claims) {
  const known = new Set(claims.filter((c) => c.state !== "waiting").map((c) => c.domain));
  const rest = domains.filter((domain) => !known.has(domain));
  return rest.length ? h("section", { class: "m-near" }, h("h2", {}, t("domains.given")), h("ul", { class: "m-plain m-near" }, rest.map((domain) => h("li", { class: "m-row" }, h("b", {}, name(domain)), pill("verified"))))) : null;
}

function decide(ctx, request, act, danger, what) {
  const said = { approve: "domains.approved", refuse: "domains.refused" }[act];
  return button(t(`domains.${act}`), { kind: danger ? "danger" : "outline", name: t(`domains.${act}_name`, { name: request.user_name }), click: () => ask({ title: t(`domains.${act}_title`, { name: request.user_name }),
    act: t(`domains.${act}`), danger, children: h("p", {}, what), run: async () => { await send("POST", `${ctx.org}/scim/link-requests/${request.id}/${act}`, {}, { key: newKey() }); await done(ctx, t(said)); } }) });
}

function requestRow(ctx, { request, member }) {
  const who = member ? personName(member) : request.email;
  const side = (title, rows) => h("div", { class: "m-tight" }, h("h3", {}, title), rows.filter(Boolean).map((row) => h("p", { class: "m-break" }, name(row))));
  return h("li", { class: "m-claim m-near" }, h("p", { class: "m-read" }, tr("domains.wants", { user: request.user_name, member: who })),
    h("div", { class: "m-sides" }, side(t("domains.sent"), [request.user_name, request.email, request.external_id]), side(t("domains.here"), [who, member?.email])),
    h("p", { class: "m-small" }, tr("domains.since", { time: when(request.created_at) })),
    ctx.manage ? h("div", { class: "m-row" }, decide(ctx, request, "approve", false, t("domains.approve_what", { name: who })), decide(ctx, request, "refuse", true, t("domains.refuse_what"))) : null);
}

export function view(ctx, { claims, domains, requests }) {
  if (claims.some((c) => c.state === "waiting")) poll(async () => {
    const now = await all(claimsPath(ctx), {}, ctx.signal), before = claims.map((c) => c.state + c.checked_at).join();
    if (now.map((c) => c.state + c.checked_at).join() !== before && !document.querySelector("dialog[open]")) await ctx.refresh();
  }, { signal: ctx.signal, wait: () => LOOK });
  const list = claims.length ? h("ul", { class: "m-plain" }, claims.map((claim) => claimRow(ctx, claim))) : domains.length ? null : empty({ text: t("domains.none") });
  return h("div", { class: "m-page" }, h("div", { class: "m-head" }, h("div", { class: "m-tight" }, heading(t("rail.domains")), h("p", { class: "m-dim" }, t("domains.state"))), ctx.manage ? addButton(ctx) : null),
    list, given(domains, claims), requests.length ? h("section", { class: "m-near" }, h("h2", {}, t("domains.requests", { n: requests.length })), h("ul", { class: "m-plain" }, requests.map((one) => requestRow(ctx, one)))) : null,
    footer());
}
