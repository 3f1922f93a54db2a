// Fields: label above, help below, the error between label and input.

import { h, icon, newId } from "../dom.js";

function frame(id, label, help, input) {
  const error = h("p", { class: "m-error", id: `${id}-error`, hidden: true });
  const fail = (text) => {
    error.replaceChildren(...(text ? [icon("bad"), text] : []));
    error.hidden = !text;
    input.setAttribute("aria-invalid", text ? "true" : "false");
    if (text) input.focus();
  };
  input.setAttribute("aria-describedby", [help && `${id}-help`, `${id}-error`].filter(Boolean).join(" "));
  input.addEventListener("input", () => !error.hidden && fail(""));
  const node = h("div", { class: "m-field" }, h("label", { for: id }, label), error, input, help && h("p", { class: "m-small", id: `${id}-help` }, help));
  return { node, input, fail };
}

/** field({label, help, value, name, ...attributes}): {node, input, fail(text)}. */
export function field({ label, help, ...attributes }) {
  const id = newId("field");
  return frame(id, label, help, h("input", { id, class: "m-input", type: "text", ...attributes }));
}

/** select({label, options: [{value, text}], value, change, quiet}): quiet hides the label from eyes. */
export function select({ label, options, value, change, quiet = false, help }) {
  const id = newId("select");
  const input = h("select", { id, class: "m-input m-select", on: change && { change: () => change(input.value) } },
    options.map((o) => h("option", { value: o.value, selected: o.value === value }, o.text)));
  const made = frame(id, label, help, input);
  if (quiet) made.node.querySelector("label").classList.add("m-hidden");
  return made;
}

/** radios({legend, name, options: [{value, text, help, lang}], value, change, tiles, quiet}): {node, value(), fail(text)}. */
export function radios({ legend, name, options, value, change, tiles = false, quiet = false }) {
  const group = newId(name);
  const error = h("p", { class: "m-error", id: `${group}-error`, hidden: true });
  const option = (o) => {
    const input = h("input", { type: "radio", id: `${group}-${o.value}`, name: group, value: o.value, checked: o.value === value,
      "aria-describedby": o.help ? `${group}-${o.value}-help` : null, on: { change: () => { fail(""); change?.(o.value); } } });
    return h("div", { class: tiles ? "m-tile" : "m-radio" }, input, h("label", { for: input.id }, h("span", {}, o.text)),
      o.help && h("p", { class: "m-small", id: `${group}-${o.value}-help` }, o.help));
  };
  const node = h("fieldset", { class: "m-radios", "aria-describedby": error.id }, h("legend", { class: quiet ? "m-hidden" : null }, legend), error,
    h("div", { class: tiles ? "m-tiles" : "m-near" }, options.map(option)));
  function fail(text) {
    error.replaceChildren(...(text ? [icon("bad"), text] : []));
    error.hidden = !text;
    if (text) node.querySelector("input").focus();
  }
  return { node, fail, value: () => node.querySelector("input:checked")?.value ?? null };
}
