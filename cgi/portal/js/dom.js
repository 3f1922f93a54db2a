// Elements, made of names that cannot run anything; every text becomes a text node.

const NAMES = new Set(("class id type name value for lang dir role tabindex hidden disabled checked readonly rows autocomplete "
  + "spellcheck inputmode maxlength required datetime scope colspan open selected max min alt width height title translate").split(" "));
const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "hidden", "open"]);

function put(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, work] of Object.entries(value)) node.addEventListener(event, work);
  else if (!NAMES.has(name) && !/^(aria|data)-[a-z-]+$/.test(name)) throw new TypeError(`h: no attribute ${name}`);
  else if (PROPERTIES.has(name) && name in node) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** h(tag, props, ...children): children are nodes, texts, lists of them; props.on has listeners by event. */
export function h(tag, props, ...children) {
  const node = put(document.createElement(tag), children);
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  return node;
}

/** A link: to a screen (#/...), a page of https, an address of mail, or a file made here (blob:, with a name). Pages open in a tab of their own, but for `here`. */
export function link(href, props, ...children) {
  const { download, here, ...rest } = props ?? {};
  const good = /^(#\/|https:\/\/|mailto:)/.test(href) || (download && href.startsWith("blob:"));
  const node = h("a", rest, ...children);
  if (good) node.href = href;
  if (good && download) node.download = download;
  if (href.startsWith("https://") && !here) Object.assign(node, { target: "_blank", rel: "noopener noreferrer" });
  return node;
}

const SHAPES = {
  ok: "M1.5 6.5 4.5 9.5 10.5 2.5", bad: "M2 2 10 10M10 2 2 10", need: "M6 1V7M6 9.6V11", on: "M6 2a4 4 0 1 0 .01 0Z", wait: "M6 1.5a4.5 4.5 0 1 0 .01 0Z",
  next: "M4 2 8 6 4 10", down: "M2 4 6 8 10 4", info: "M6 5V11M6 1V2.4",
};

/** A shape of 12 pixels, for eyes alone: a word always stands beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  const values = { class: "m-icon", viewBox: "0 0 12 12", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(values)) svg.setAttribute(key, value);
  const line = { d: SHAPES[name], fill: name === "on" ? "currentColor" : "none", stroke: "currentColor", "stroke-width": "2",
    "stroke-linecap": "round", "stroke-linejoin": "round" };
  for (const [key, value] of Object.entries(line)) path.setAttribute(key, value);
  svg.append(path);
  return svg;
}

export const hidden = (...children) => h("span", { class: "m-hidden" }, ...children);
export const name = (text) => h("bdi", {}, text);

let last = 0;
export const newId = (prefix = "m") => `${prefix}-${++last}`;
