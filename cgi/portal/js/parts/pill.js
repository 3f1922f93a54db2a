// A state: a shape and a word, never a colour alone.

import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import { STATES } from "../states.js";

/** pill("healthy", {text, soft}): soft has a background, for heads of pages and drawers. */
export function pill(state, { text, soft = false } = {}) {
  const [shape, tone] = STATES[state];
  return h("span", { class: `m-pill m-${tone}${soft ? " m-soft" : ""}` }, icon(shape), h("span", {}, text ?? t(`state.${state}`)));
}
