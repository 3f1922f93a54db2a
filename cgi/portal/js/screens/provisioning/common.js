// Parts that the steps share.

import { h, link } from "../../dom.js";
import { t } from "../../i18n.js";
import { linkButton } from "../../parts/button.js";
import { steps } from "../../parts/steps.js";
import { session, supportHref } from "../../session.js";

export const STEPS = ["choose", "connect", "test", "live", "healthy"];

/** setupSteps(current, done, href(i)): the five steps, counted from 0. */
export const setupSteps = (current, done, href) => steps({ names: STEPS.map((s) => t(`step.${s}`)), current, done, href: (i) => href?.(i) ?? null });

/** Mails the request's number to the vendor, who can look it up. */
export function askVendor(requestId, kind = "outline") {
  const href = supportHref(requestId ? t("ask.subject", { id: requestId }) : null);
  return href && linkButton(link(href, {}, t("ask.vendor", { name: session.brand.name })), kind);
}

export const facts = (pairs) => h("dl", { class: "m-facts" }, pairs.filter(Boolean).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
