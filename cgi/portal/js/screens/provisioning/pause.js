// A connection rests: its identity provider is answered that it shall try again.

import { send } from "../../api.js";
import { h } from "../../dom.js";
import { t } from "../../i18n.js";
import { button } from "../../parts/button.js";
import { ask } from "../../parts/dialog.js";
import { say } from "../../say.js";

/** Pausing says first what it does; going on does nothing that needs a warning. */
export function pauseButton(ctx, data) {
  const path = `${ctx.org}/scim/connections/${data.connection.id}`;
  const set = async (status) => { await send("PATCH", path, { status }); say(t(`pause.said.${status}`)); await ctx.refresh(); };
  if (data.connection.status === "paused") return button(t("pause.resume", { name: data.short }), { kind: data.tone ?? "filled", id: "pause", click: () => set("active") });
  return button(t("pause.pause", { name: data.short }), { id: "pause", click: async () => {
    await ask({ title: t("pause.title", { name: data.short }), act: t("pause.act"), children: [h("p", {}, t("pause.what", { name: data.short })), h("p", { class: "m-dim" }, t("pause.undo"))], run: () => set("paused") });
  } });
}
