// What a screen reader is told: two regions of the page, empty at load. At most one message in five seconds, joined.

const PAUSE = 5000;
let waiting = [], timer = null, last = 0;

function flush() {
  timer = null;
  last = Date.now();
  document.getElementById("say").replaceChildren(waiting.join(" "));
  waiting = [];
}

/** Politely: a state has changed. */
export function say(text) {
  if (waiting.includes(text)) return;
  waiting.push(text);
  timer ??= setTimeout(flush, Math.max(100, last + PAUSE - Date.now()));
}

/** At once: the session ends, a change was not saved. */
export function cry(text) {
  document.getElementById("alert").replaceChildren(text);
}
