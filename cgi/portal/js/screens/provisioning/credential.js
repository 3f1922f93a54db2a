// The credential: a token, made here and shown once. It is one part, so that another kind can stand beside it.

import { newKey, send } from "../../api.js";
import { h } from "../../dom.js";
import { t, tr } from "../../i18n.js";
import { button } from "../../parts/button.js";
import { field } from "../../parts/field.js";
import { pill } from "../../parts/pill.js";
import { secret } from "../../parts/secret.js";
import { say } from "../../say.js";
import { draft } from "../../session.js";
import { day } from "../../time.js";
import { tokenState } from "./data.js";

/** How a token is known again: its name, how it begins, since when. */
export const tokenRow = (token) => h("div", { class: "m-tight" }, h("div", { class: "m-row" }, h("b", {}, h("bdi", {}, token.name || t("token.unnamed"))), pill(tokenState(token))),
  h("p", { class: "m-small" }, tr("token.begins", { prefix: h("code", {}, `${token.prefix}…`), day: day(token.created_at) })));

/**
 * credential({ctx, label, path, name, made(token), create}): asks for a name, makes the token by POST to `path`, shows it once. `label`
 * is the console's word for the field it goes into.
 */
export function credential({ ctx, label, path, body = {}, name, text, made, key = "token", filled = true }) {
  const box = h("div", { class: "m-near" }), intent = newKey();
  const input = field({ label: t("token.name"), help: t("token.name_help"), value: draft.get(key) ?? name, maxlength: 100, autocomplete: "off",
    on: { input: () => draft.set(key, input.input.value) } });
  const create = button(text ?? t("token.create"), { kind: filled ? "filled" : "outline", id: "create-token", busy: t("token.creating"), click: async () => {
    const token = await send("POST", path, { ...body, name: input.input.value.trim() || name }, { key: intent });
    draft.set(key, null);
    show(token);
  } });
  function show(token) {
    const part = secret({ label, value: token.token, help: t("token.paste"), ctx, saved: () => made(token) });
    box.replaceChildren(part);
    say(t("token.made"));
    part.querySelector("textarea").focus();
  }
  box.append(input.node, h("div", { class: "m-wide" }, create));
  return box;
}
