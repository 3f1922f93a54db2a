// The live panel of a connection while it is set up.

import { get } from "../../api.js";
import { h, hidden, icon } from "../../dom.js";
import { t, tr } from "../../i18n.js";
import { live } from "../../parts/live.js";
import { pill } from "../../parts/pill.js";
import { pace, poll } from "../../poll.js";
import { say } from "../../say.js";
import { whenAt } from "../../time.js";
import { askVendor } from "./common.js";
import { arrivalLines, arrivals } from "./arrivals.js";
import { activityPath, isAccepted, tokensOf } from "./data.js";
import { briefLine, tokenLine } from "./problems.js";

const QUIET = 180000; // after three minutes without anything the causes are said

function item(seen, text) {
  return h("li", { class: `m-live-item${seen ? " m-seen" : ""}` }, icon(seen ? "ok" : "wait"), h("span", {}, text, hidden(` (${t(seen ? "steps.done" : "state.waiting")})`)));
}

/** What is seen of the way: [seen, text] for each thing that we wait for. */
function sights(data) {
  const { activity, short } = data, first = activity.first;
  return [
    [first, first ? tr("watch.reached", { name: short, at: whenAt(first.at) }) : t("watch.reaches", { name: short })],
    [isAccepted(data), t(isAccepted(data) ? "watch.accepted" : "watch.accepts")],
    [activity.people > 0, activity.people > 0 ? t("watch.people", { n: activity.people }) : t("watch.person")],
    [activity.groups > 0, activity.groups > 0 ? t("watch.groups", { n: activity.groups }) : t("watch.group")]];
}

function headOf(data) {
  const { activity, short } = data;
  if (activity.state === "paused") return pill("paused", { text: t("watch.paused") });
  if (activity.token_hints.length) return pill("refused", { text: t("watch.refused", { name: short }) });
  if (activity.problems.length) return pill("refused", { text: t("watch.something") });
  if (activity.people > 0) return pill("healthy", { text: t("watch.arrived") });
  if (isAccepted(data)) return pill("healthy", { text: t("watch.fits", { name: short }) });
  return pill("waiting", { text: t("watch.waiting", { name: short }) });
}

function bodyOf(data, since) {
  const { activity } = data;
  const wrong = [...activity.token_hints.slice(0, 2).map((p) => tokenLine(data, p)), ...activity.problems.slice(0, 5).map((p) => briefLine(data, p))];
  const late = !activity.first && Date.now() - since > QUIET;
  const causes = h("details", { open: late }, h("summary", {}, t("watch.check")), h("ul", { class: "m-near" }, ["url", "test", "wrong", "network"].map((k) => h("li", {}, t(`watch.cause.${k}`, { name: data.short })))));
  const arrived = arrivalLines(data);
  return [h("ul", {}, sights(data).map(([seen, text]) => item(seen, text))), arrived.length ? h("ul", { class: "m-arrived" }, arrived) : null, wrong.length ? h("ul", { class: "m-plain" }, wrong) : null, isAccepted(data) ? null : causes,
    h("div", { class: "m-row m-flush" }, askVendor(activity.last?.request_id, "text"))];
}

const seenOf = (data) => sights(data).map(([seen]) => Boolean(seen));

/** watch(ctx, data, changed): the panel; changed() is called when something was seen that was not there before. */
export function watch(ctx, data, changed) {
  const panel = live({ signal: ctx.signal }), since = Date.now();
  let before = seenOf(data).join(), wrong = data.activity.problems.length, drawn = "", counted = 0;
  const draw = () => {
    const now = JSON.stringify([data.activity, data.tokens, data.arrived, Date.now() - since > QUIET]);
    if (now !== drawn) panel.show({ head: headOf(data), body: bodyOf(data, since) });
    drawn = now;
  };
  draw();
  panel.attach(poll(async () => {
    const activity = await get(activityPath(ctx, data.connection), { signal: ctx.signal });
    if (activity !== data.activity) Object.assign(data, { activity, tokens: await tokensOf(ctx, data.connection) });
    if (activity.people !== counted) data.arrived = await arrivals(ctx, data);
    counted = activity.people;
    draw();
    const seen = seenOf(data).join();
    if (seen !== before || activity.problems.length > wrong) say(panel.node.querySelector(".m-live-head").textContent);
    wrong = activity.problems.length;
    if (seen !== before) changed?.();
    before = seen;
  }, { signal: ctx.signal, wait: () => pace(false, since), changed: () => panel.tick() }));
  return h("div", { class: "m-side m-side-live" }, panel.node);
}
