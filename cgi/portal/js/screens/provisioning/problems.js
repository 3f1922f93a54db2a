// What went wrong at the identity provider, in plain words with the fix: guides/problems.json, found by code or by what was answered.

import { h, icon } from "../../dom.js";
import { inLanguage, rich, t, tr } from "../../i18n.js";
import { day, when, whenAt } from "../../time.js";
import { askVendor } from "./common.js";

const reduce = (text) => text.toLowerCase().replace(/\b[\d,]+\b/g, "n");

/** The entry of problems.json for a problem of the activity: by its cause, or the longest that stands in the answer. */
export function entryOf(problems, problem, provider) {
  const mine = problems.filter((p) => !p.only || p.only.includes(provider));
  const known = mine.find((p) => p.id === problem.code);
  if (known) return known;
  const said = reduce(problem.detail ?? "");
  const fits = mine.filter((p) => p.detail && said.includes(reduce(p.detail))).sort((a, b) => b.detail.length - a.detail.length);
  return fits[0] ?? null;
}

/** "3 times since 09:12": how often, and since when. */
function often(problem) {
  return problem.count > 1 ? tr("problem.times", { n: problem.count, time: when(problem.first) }) : tr("problem.once", { at: whenAt(problem.last) });
}

function sentence(problem, entry) {
  const reason = entry ? rich(inLanguage(entry.means)) : h("span", { lang: "en" }, problem.detail);
  const { person } = problem, who = person && (person.name ?? person.user_name ?? person.external_id);
  return who ? [h("b", {}, h("bdi", {}, who)), " ", t("problem.refused"), " ", reason] : reason;
}

/** One line of "Needs you": who, why, how often, what to do. */
export function needLine(data, problem) {
  const entry = entryOf(data.problems, problem, data.connection.identity_provider);
  const fix = entry && h("details", {}, h("summary", { class: "m-button m-text" }, t("problem.what_to_do")), h("p", {}, rich(inLanguage(entry.fix))));
  const shown = h("details", {}, h("summary", { class: "m-button m-text" }, t("problem.show_request")),
    h("p", { class: "m-small", lang: "en" }, problem.detail), h("p", { class: "m-small" }, t("problem.request_id"), " ", h("code", {}, problem.request_id)), askVendor(problem.request_id));
  return h("li", { class: "m-need" }, icon("need"), h("div", { class: "m-tight" }, h("p", {}, sentence(problem, entry)), h("p", { class: "m-small" }, often(problem)),
    h("div", { class: "m-row m-flush" }, fix, problem.request_id && shown)));
}

/** In the live panel there is room for the reason and the fix. */
export function briefLine(data, problem) {
  const entry = entryOf(data.problems, problem, data.connection.identity_provider);
  return h("li", { class: "m-need" }, icon("need"), h("div", { class: "m-tight" }, h("p", {}, sentence(problem, entry)),
    entry && h("p", { class: "m-dim" }, rich(inLanguage(entry.fix))), h("p", { class: "m-small" }, often(problem))));
}

/** A token that is ours, and was refused: which, and why; or what stands around it. */
export function tokenLine(data, hint) {
  const { token, reason } = hint;
  if (!reason || !token) return briefLine(data, hint);
  const values = { name: token.name || t("token.unnamed"), prefix: h("code", {}, `${token.prefix}…`), at: whenAt(hint.last), day: day(token.revoked_at ?? token.expires_at) };
  return h("li", { class: "m-need" }, icon("need"), h("p", {}, tr(`token.refused.${reason}`, values)));
}
