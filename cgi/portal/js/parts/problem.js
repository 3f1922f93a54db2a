// What went wrong, in words, with the request's number for the one who is asked.

import { h } from "../dom.js";
import { has, t, tr } from "../i18n.js";

/** One sentence for a problem of the API: by its code, or what the server says. */
export function problemSentence(problem) {
  if (problem.status === 403) return t("problem.forbidden");
  if (problem.retryAfter) return t("problem.busy", { n: problem.retryAfter });
  if (has(`problem.${problem.code}`)) return t(`problem.${problem.code}`);
  return problem.sentence ? h("span", { lang: "en" }, problem.sentence) : t("problem.unknown", { message: problem.message });
}

export function problemText(problem) {
  const id = problem.requestId && h("span", { class: "m-small" }, " ", tr("problem.request", { id: h("code", {}, problem.requestId) }));
  return [problemSentence(problem), id];
}

