// The texts of the chosen language: {key: "… {name} …"}, or {one, other} by the number n.

import { h } from "./dom.js";

const texts = new Map();
const loaded = new Set(["main"]);
let language = "en", plural = new Intl.PluralRules("en"), number = new Intl.NumberFormat("en");

export const NAMES = { en: "English", de: "Deutsch" };
export const currentLanguage = () => language;

async function fetchTexts(name) {
  const module = await (name === "main" ? import(`./text/${language}.js`) : import(`./text/${language}/${name}.js`));
  for (const [key, text] of Object.entries(module.default)) texts.set(key, text);
}

/** The first of the wanted languages (de-AT is de) that there is. */
export function chooseLanguage(wanted, available) {
  return wanted.map((code) => code.toLowerCase().split("-")[0]).find((code) => available.includes(code)) ?? "en";
}

export async function setLanguage(code) {
  language = code;
  plural = new Intl.PluralRules(code);
  number = new Intl.NumberFormat(code);
  document.documentElement.lang = code;
  await Promise.all([...loaded].map(fetchTexts));
}

/** The texts of a screen, text/LANGUAGE/NAME.js. */
export async function loadTexts(name) {
  if (loaded.has(name)) return;
  await fetchTexts(name);
  loaded.add(name);
}

export const formatNumber = (n) => number.format(n);
const shown = (value) => (typeof value === "number" ? formatNumber(value) : value);

function raw(key, values) {
  const text = texts.get(key) ?? key;
  return typeof text === "string" ? text : (text[plural.select(values?.n ?? 0)] ?? text.other);
}

export const has = (key) => texts.has(key);

export function t(key, values) {
  return raw(key, values).replace(/\{(\w+)\}/g, (all, name) => shown(values?.[name]) ?? all);
}

/** What a guide says: {en, de}. */
export const inLanguage = (both) => both?.[language] ?? both?.en ?? "";

/** Nodes of a text with **labels of a console**, `code` and {values}; a value that is a text may be written in any direction. */
export function rich(text, values) {
  return text.split(/(\*\*.+?\*\*|`.+?`|\{\w+\})/).filter(Boolean).map((part) => {
    if (part.startsWith("**")) return h("b", { lang: language === "en" ? null : "en", translate: "no" }, part.slice(2, -2));
    if (part.startsWith("`")) return h("code", { translate: "no" }, part.slice(1, -1));
    const value = /^\{\w+\}$/.test(part) ? shown(values?.[part.slice(1, -1)]) : undefined;
    if (value === undefined) return part;
    return typeof value === "string" ? h("bdi", {}, value) : value;
  });
}

export const tr = (key, values) => rich(raw(key, values), values);
