// Times in the viewer's zone: "14:02" today, "12 Nov, 09:14" before; UTC on hover.

import { h } from "./dom.js";
import { currentLanguage, t } from "./i18n.js";

const format = (date, options) => new Intl.DateTimeFormat(currentLanguage() === "en" ? "en-GB" : currentLanguage(), options).format(date);
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export function dayText(iso) {
  const date = new Date(iso), year = date.getFullYear() !== new Date().getFullYear();
  return format(date, { day: "numeric", month: "short", ...(year && { year: "numeric" }) });
}

export const clockText = (iso) => format(new Date(iso), CLOCK);

const isToday = (iso) => new Date(iso).toDateString() === new Date().toDateString();

export function timeText(iso) {
  return isToday(iso) ? clockText(iso) : `${dayText(iso)}, ${clockText(iso)}`;
}

export function utcText(iso) {
  return `${format(new Date(iso), { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23", timeZone: "UTC" })} UTC`;
}

/** <time>, or a dash in words for what never was. */
export function when(iso, text = timeText) {
  return iso ? h("time", { datetime: iso, title: utcText(iso) }, text(iso)) : t("time.never");
}

/** In a sentence: "at 14:02", "on 12 Nov at 09:14". */
export const whenAt = (iso) => when(iso, () => (isToday(iso) ? t("time.at", { clock: clockText(iso) }) : t("time.on_at", { day: dayText(iso), clock: clockText(iso) })));

export const day = (iso) => when(iso, dayText);

/** How long ago, or ahead: for lines that tick. */
export function agoText(date, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - date) / 1000));
  return seconds < 60 ? t("time.seconds_ago", { n: seconds }) : t("time.minutes_ago", { n: Math.round(seconds / 60) });
}

export const minutesUntil = (date, now = Date.now()) => Math.ceil((date - now) / 60000);
export const isSoon = (iso, days) => iso !== null && new Date(iso) - Date.now() < days * 86400000;
